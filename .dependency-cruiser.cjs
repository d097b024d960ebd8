/**
 * Who may import what. A folder may import what stands in its row, and nothing else of ours.
 * `values` may be imported as they are, of `types` only the types.
 */
const folders = {
  domain: { values: [] },
  contract: { values: ['domain/'] },
  activities: { values: ['domain/'] },
  workflows: { values: ['domain/'], types: ['activities/'] },
  workers: {
    values: ['workflows/messages\\.ts', 'activities/', 'database/', 'domain/', 'contract/configuration\\.ts'],
    types: ['workflows/'],
  },
  'agent-worker': { values: ['activities/vcenter/', 'domain/'] },
  database: { values: ['domain/'] },
  api: { values: ['contract/', 'domain/', 'database/', 'workflows/messages\\.ts'], types: ['workflows/'] },
  web: { values: ['contract/', 'domain/'] },
  testing: { values: ['contract/', 'domain/', 'database/', 'workflows/messages\\.ts', 'agent-worker/vcenter/'] },
  tools: {
    values: ['contract/', 'domain/', 'database/', 'workflows/messages\\.ts', 'agent-worker/vcenter/', 'testing/'],
  },
  e2e: {
    values: ['contract/', 'domain/', 'database/', 'workflows/messages\\.ts', 'agent-worker/vcenter/', 'testing/'],
  },
}

/** Packages and modules of Node.js that a folder must do without; tests may use them. */
const forbiddenPackages = {
  domain: { path: '.*', why: 'rules are pure: no package, no Node.js' },
  contract: { path: '^(node:|@temporalio/|pg$|pg/|@prisma/)', core: true, why: 'the contract also runs in a browser' },
  activities: {
    path: '^(undici|pg|nodemailer|fast-xml-parser|express)(/|$)|^@prisma/|^@temporalio/(client|worker)',
    core: true,
    why: 'activities reach the world through their ports',
  },
  workflows: {
    path: '^(zod|undici|pg)(/|$)|^@temporalio/(client|worker|activity)',
    core: true,
    why: 'a workflow must be deterministic and small',
  },
  'agent-worker': {
    path: '^(pg|express|react|react-dom|prisma)(/|$)|^@prisma/|^@temporalio/client',
    why: 'the agent at a site has no database, no web and starts nothing',
  },
  web: { path: '^(pg|express)(/|$)|^@prisma/|^@temporalio/', why: 'a browser knows the HTTP contract only' },
}

/** Tests, and what only they use. */
const test = '(\\.test\\.tsx?|/testing/.+\\.ts)$'
const ours = Object.keys(folders).join('|')

const folderRules = Object.entries(folders).flatMap(([folder, { values, types = [] }]) => {
  const allowed = [`${folder}/`, ...values].join('|')
  // A folder has node_modules of its own where it needs another version.
  const others = `^(${ours})/(?!node_modules/)`
  const fromTests = { path: `^${folder}/.*${test}` }
  const fromOthers = { path: `^${folder}/`, pathNot: test }
  return [
    {
      name: `${folder}-imports-only-its-row`,
      comment: `${folder} may import of ours: ${values.join(', ') || 'nothing'}${types.length ? `; types of ${types.join(', ')}` : ''}.`,
      severity: 'error',
      from: fromOthers,
      to: { path: others, pathNot: `^(${[allowed, ...types].join('|')})` },
    },
    {
      name: `${folder}-tests-import-only-its-row`,
      comment: `The same for tests, which may also import testing.`,
      severity: 'error',
      from: fromTests,
      to: { path: others, pathNot: `^(${[allowed, ...types, 'testing/'].join('|')})` },
    },
    ...types.map((type) => ({
      name: `${folder}-imports-only-types-of-${type.replace(/\W/g, '')}`,
      comment: `${folder} may know the types of ${type} only.`,
      severity: 'error',
      from: { path: `^${folder}/` },
      to: { path: `^${type}`, pathNot: `^(${allowed})`, dependencyTypesNot: ['type-only'] },
    })),
  ]
})

const packageRules = Object.entries(forbiddenPackages).flatMap(([folder, { path, core, why }]) => {
  const from = { path: `^${folder}/`, pathNot: test }
  const rule = { severity: 'error', comment: why, from }
  return [
    {
      ...rule,
      name: `${folder}-does-without-packages`,
      to: { path: nodeModules(path), dependencyTypesNot: ['type-only'] },
    },
    ...(core || folder === 'domain'
      ? [{ ...rule, name: `${folder}-does-without-node`, to: { dependencyTypes: ['core'] } }]
      : []),
  ]
})

/** A package is found below some node_modules; ours are links out of it. */
function nodeModules(pattern) {
  if (pattern === '.*') return 'node_modules/'
  return pattern
    .split('|^')
    .map((part) => `node_modules/${part.replace(/^\^/, '')}`)
    .join('|')
}

module.exports = {
  forbidden: [
    ...folderRules,
    ...packageRules,
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or miss a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-is-found',
      comment: 'An import that leads nowhere hides from all other rules.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'packages-are-declared',
      comment: 'A package that a folder uses stands in its package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated|dev)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: `${__dirname}/tsconfig.json` },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
