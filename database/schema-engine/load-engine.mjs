import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** Where the engine's panic hook leaves its words. */
const panics = {
  message: '',
  get() {
    return this.message
  },
  set_message(message) {
    this.message = `RuntimeError: ${message}`
  },
}

export const panicMessage = (error) => panics.message || String(error?.stack ?? error)

/** The WebAssembly build of Prisma's schema engine, over a database adapter. */
export async function loadEngine(datamodels, adapterFactory) {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = panics
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const folder = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
  const code = readFileSync(path.join(folder, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(code, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return bindings.SchemaEngine.new({ datamodels }, () => undefined, adapterFactory)
}
