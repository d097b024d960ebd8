/** Where the dev server finds the API. */
export const apiOrigin = process.env.BERTH_API_ORIGIN ?? 'http://127.0.0.1:8080'
