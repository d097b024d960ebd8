import path from 'node:path'

/** @typedef {import("eslint").Rule.RuleModule} Rule */

/** @type {(file: string) => boolean} */
const isTest = (file) => /\.test\.tsx?$|\/testing\//.test(file)

/** @type {Rule} */
const environmentOnlyInConfig = {
  meta: {
    type: 'problem',
    messages: { found: 'Only config.ts files read process.env: pass the value in.' },
    schema: [],
  },
  create(context) {
    if (/^config\.m?[jt]s$/.test(path.basename(context.filename)) || isTest(context.filename)) return {}
    return {
      'MemberExpression[object.name="process"][property.name="env"]': (/** @type {any} */ node) =>
        context.report({ node, messageId: 'found' }),
    }
  },
}

const temporalPackages = ['@temporalio/client', '@temporalio/worker']
const clientClasses = ['Client', 'Connection', 'NativeConnection', 'WorkflowClient', 'ScheduleClient']

/** @type {Rule} */
const temporalClientsOnlyInMain = {
  meta: {
    type: 'problem',
    messages: { found: 'Temporal clients and connections are made in main.ts and handed in.' },
    schema: [],
  },
  create(context) {
    const file = context.filename.replaceAll(path.sep, '/')
    const mayMake = path.basename(file) === 'main.ts' || /\/(tools|e2e)\//.test(file) || isTest(file)
    if (mayMake) return {}
    /** @type {Set<string>} */
    const classes = new Set()
    /** @type {(node: any, name: unknown) => void} */
    const report = (node, name) => {
      if (typeof name === 'string' && classes.has(name)) context.report({ node, messageId: 'found' })
    }
    return {
      ImportDeclaration(node) {
        if (!temporalPackages.includes(String(node.source.value))) return
        for (const specifier of node.specifiers) {
          const imported =
            specifier.type === 'ImportSpecifier' && 'name' in specifier.imported ? specifier.imported.name : ''
          if (clientClasses.includes(imported)) classes.add(specifier.local.name)
        }
      },
      NewExpression: (node) => report(node, 'name' in node.callee ? node.callee.name : undefined),
      'CallExpression[callee.property.name=/^(connect|lazy)$/]': (/** @type {any} */ node) =>
        report(node, node.callee.object?.name),
    }
  },
}

/** @type {Rule} */
const pure = {
  meta: { type: 'problem', messages: { found: 'Rules are pure: the clock and chance are parameters.' }, schema: [] },
  create(context) {
    /** @type {(node: any) => void} */
    const report = (node) => context.report({ node, messageId: 'found' })
    return {
      'NewExpression[callee.name="Date"][arguments.length=0]': report,
      'MemberExpression[object.name="Date"][property.name="now"]': report,
      'MemberExpression[object.name="Math"][property.name="random"]': report,
      'Identifier[name=/^(performance|crypto|fetch|setTimeout|setInterval|process)$/]': report,
    }
  },
}

/** Rules of this repository that a syntax tree can answer. */
export const berthRules = {
  rules: {
    'environment-only-in-config': environmentOnlyInConfig,
    'temporal-clients-only-in-main': temporalClientsOnlyInMain,
    pure,
  },
}
