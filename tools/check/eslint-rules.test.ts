import { describe, expect, test } from '@jest/globals'
import { Linter } from 'eslint'
import tseslint from 'typescript-eslint'
import { berthRules } from './eslint-rules.mjs'

/** The names of the rules that an ESLint run finds broken in a file of this name. */
function broken(filename: string, code: string): string[] {
  const messages = new Linter({ cwd: '/berth' }).verify(
    code,
    {
      files: ['**/*.ts'],
      plugins: { berth: berthRules },
      languageOptions: { parser: tseslint.parser },
      rules: Object.fromEntries(Object.keys(berthRules.rules).map((name) => [`berth/${name}`, 'error'])),
    },
    { filename },
  )
  return messages.map(({ ruleId, message }) => ruleId ?? message)
}

describe('the environment', () => {
  const reads = "const home = process.env['BERTH_HOME']"
  test.each([
    ['workers/outbox-relay.ts', reads, true],
    ['workers/config.ts', reads, false],
    ['tools/start/config.ts', reads, false],
    ['workers/outbox-relay.test.ts', reads, false],
    ['workers/outbox-relay.ts', 'const home = config.env', false],
  ])('%s: "%s" is found: %s', (file, code, found) => {
    expect(broken(`/berth/${file}`, code).includes('berth/environment-only-in-config')).toBe(found)
  })
})

describe('clients of Temporal', () => {
  test.each([
    ['api/provisioning.ts', "import { Client } from '@temporalio/client'; new Client()", true],
    ['api/provisioning.ts', "import { Connection as C } from '@temporalio/client'; C.lazy()", true],
    ['workers/relay.ts', "import { NativeConnection } from '@temporalio/worker'; NativeConnection.connect()", true],
    [
      'api/provisioning.ts',
      "import type { Client } from '@temporalio/client'; const use = (client: Client) => client",
      false,
    ],
    ['database/connect.ts', "import { Client } from 'pg'; new Client()", false],
    ['api/main.ts', "import { Client } from '@temporalio/client'; new Client()", false],
    ['tools/bench/load.ts', "import { Client } from '@temporalio/client'; new Client()", false],
  ])('%s: "%s" is found: %s', (file, code, found) => {
    expect(broken(`/berth/${file}`, code).includes('berth/temporal-clients-only-in-main')).toBe(found)
  })
})

describe('the clock and chance', () => {
  test.each([
    ['const now = new Date()', true],
    ['const now = Date.now()', true],
    ['const dice = Math.random()', true],
    ['const id = crypto.randomUUID()', true],
    ['const at = new Date(instant)', false],
    ['const most = Math.max(1, 2)', false],
  ])('in a rule, "%s" is found: %s', (code, found) => {
    expect(broken('/berth/domain/lease.ts', code).includes('berth/pure')).toBe(found)
  })
})
