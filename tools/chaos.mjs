import { runUnderNode24 } from './bootstrap/run-under-node-24.mjs'

await runUnderNode24('tools/chaos/main.ts')
