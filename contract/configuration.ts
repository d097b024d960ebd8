import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import type { z } from 'zod'
import type { Configuration } from '@berth/domain/configuration.ts'
import { referenceProblems } from './configuration-references.ts'
import { configurationSchema } from './configuration-schema.ts'
import { issueWording } from './issue-wording.ts'
import { unstorableTexts } from './unstorable-texts.ts'

/** One thing that is wrong in `berth.yaml`. */
export interface ConfigurationProblem {
  line: number
  /** Such as `catalogItems.0.siteId`; empty for the whole file. */
  path: string
  message: string
}

export type ParsedConfiguration =
  { ok: true; configuration: Configuration } | { ok: false; problems: ConfigurationProblem[] }

type Path = readonly PropertyKey[]

/** The configuration that a `berth.yaml` says, or everything that is wrong with it, in the order of its lines. */
export function parseConfiguration(text: string): ParsedConfiguration {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => ({
      line: lines.linePos(pos[0]).line,
      path: '',
      message,
    }))
    return { ok: false, problems }
  }
  const resolved = resolve(document)
  if ('problem' in resolved) return { ok: false, problems: [{ line: 1, path: '', message: resolved.problem }] }
  const { file } = resolved
  const parsed = configurationSchema.safeParse(file, { error: issueWording })
  const found = [
    ...(parsed.error?.issues.flatMap(problemsOfIssue) ?? []),
    ...unstorableTexts(file),
    ...referenceProblems(file),
  ]
  if (parsed.success && found.length === 0) return { ok: true, configuration: parsed.data }

  const problems = found.map(({ path, message }) => ({
    line: lineOf(document, lines, path),
    path: path.join('.'),
    message,
  }))
  return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line) }
}

/** An alias without its anchor, or too many of them, is found only here. */
function resolve(document: Document): { file: unknown } | { problem: string } {
  try {
    return { file: document.toJS() as unknown }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

/** One problem for each unknown key, at that key. */
function problemsOfIssue(issue: z.core.$ZodIssue): { path: Path; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }]
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not a known key' }))
}

/** The line of the deepest part of the path that is in the file. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let node: unknown = document.contents
  let offset = offsetOf(node) ?? 0
  for (const part of path) {
    const next = child(node, part)
    if (next === undefined) break
    offset = offsetOf(next.from) ?? offset
    node = next.to
  }
  return lines.linePos(offset).line
}

/** Where the child begins (its key, in a mapping), and the child. */
function child(node: unknown, part: PropertyKey): { from: unknown; to: unknown } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(part)]
    return item === undefined ? undefined : { from: item, to: item }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
  return pair === undefined ? undefined : { from: pair.key, to: pair.value }
}

const offsetOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0]
