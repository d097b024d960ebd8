/** Where the dev server finds the API. */
export const apiOrigin = process.env.BERTH_API_ORIGIN ?? 'http://127.0.0.1:8080'

/** Tests and tools that build the portal have a NODE_ENV of their own; with it React would be its slow development version. */
export function buildForProduction() {
  process.env.NODE_ENV = 'production'
}
