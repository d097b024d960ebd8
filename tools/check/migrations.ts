import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** What the version before cannot live with, while its processes still serve on the new tables. A `table` is the one that it is about. */
const breaking: [RegExp, string][] = [
  [/\bdrop\s+(table|column|type|view|constraint|default|schema)\b/i, 'drops what the version before may use'],
  [/\brename\s+(to|column|constraint)\b/i, 'renames what the version before uses'],
  [/\balter\s+column\s+\S+\s+(set\s+data\s+)?type\b/i, 'changes a type under the version before'],
  [/\bset\s+not\s+null\b/i, 'refuses rows that the version before writes'],
  [
    /\badd\s+(column\s+)?(if\s+not\s+exists\s+)?"?\w+"?\s+(?=[^,]*\bnot\s+null\b)(?![^,]*\b(default|generated)\b)/i,
    'adds a column that the version before does not fill',
  ],
  [
    /\bcreate\s+unique\s+index\s+(concurrently\s+)?(if\s+not\s+exists\s+)?("?\w+"?\s+)?on\s+(only\s+)?"?(?<table>\w+)"?/i,
    'refuses rows that the version before may write',
  ],
  [
    /\balter\s+table\s+(if\s+exists\s+)?(only\s+)?"?(?<table>\w+)"?\s.*\badd\s+(constraint\s+\S+\s+)?(check|unique|primary\s+key|foreign\s+key|exclude)\b/i,
    'refuses rows that the version before may write',
  ],
  [
    /\bcreate\s+(or\s+replace\s+)?(constraint\s+)?trigger\s+.*\bon\s+"?(?<table>\w+)"?/i,
    'changes or refuses what the version before writes',
  ],
]
const createsTable = /\bcreate\s+table\s+(if\s+not\s+exists\s+)?"?(?<table>\w+)"?/gi
/** Stands before a statement that contracts: nothing that can still run uses it. */
const contracts = /^--\s*contract:\s*\S+/m

/** Every migration but the first, which nothing ran before. */
export async function migrations(root: string): Promise<string> {
  const folder = path.join(root, 'database', 'migrations')
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
  if (names.length === 0) throw new Error('no migrations were found')
  const problems = await Promise.all(
    names.slice(1).map(async (name) => {
      const sql = await readFile(path.join(folder, name, 'migration.sql'), 'utf8')
      return migrationProblems(sql).map((problem) => `${name}: ${problem}`)
    }),
  )
  if (problems.flat().length > 0) throw new Error(problems.flat().join('\n'))
  return `${names.length} migrations`
}

/** What is wrong with each statement, in sentences. Of a table that the migration itself makes, the version before knows nothing. */
export function migrationProblems(sql: string): string[] {
  const made = [...withoutComments(sql).matchAll(createsTable)].map(({ groups }) => groups?.['table'])
  return sql.split(';').flatMap((statement) => {
    if (contracts.test(statement)) return []
    const text = withoutComments(statement).replaceAll(/\s+/g, ' ').trim()
    return breaking.flatMap(([pattern, what]) => {
      const found = pattern.exec(text)
      const table = found?.groups?.['table']
      return found === null || (table !== undefined && made.includes(table)) ? [] : [`"${text.slice(0, 80)}" ${what}`]
    })
  })
}

const withoutComments = (sql: string): string => sql.replaceAll(/--.*$/gm, '')
