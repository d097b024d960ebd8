const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** What is none names nothing; PostgreSQL would call it an error. */
export const isUuid = (text: string): boolean => shape.test(text)
