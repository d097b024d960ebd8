/** Every problem that the API answers with: its HTTP status and title. Free of zod, for the browser. */
export const problemCodes = {
  malformed: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'You are not signed in' },
  forbidden: { status: 403, title: 'You may not do this' },
  ownRequest: { status: 403, title: 'You may not decide about your own request' },
  notFound: { status: 404, title: 'Not found' },
  methodNotAllowed: { status: 405, title: 'This address does not know the method' },
  actionNotAllowed: { status: 409, title: 'The request does not allow this now' },
  quotaExceeded: { status: 409, title: 'The team’s quota does not allow it' },
  nameTaken: { status: 409, title: 'The VM name is taken' },
  staleDecision: { status: 409, title: 'The decision is about something that no longer waits for one' },
  approvalIdNeeded: { status: 409, title: 'More than one approval is open: say which' },
  extensionNeedsApproval: { status: 409, title: 'A further extension needs an approval' },
  idempotencyKeySpent: { status: 409, title: 'What the Idempotency-Key made is shown no more' },
  tooLarge: { status: 413, title: 'The body is too large' },
  unsupportedMediaType: { status: 415, title: 'The body must be JSON' },
  idempotencyKeyReused: { status: 422, title: 'The Idempotency-Key was used for another request' },
  tooManyRequests: { status: 429, title: 'Too many requests' },
  internalError: { status: 500, title: 'Something went wrong on our side' },
  temporalUnavailable: { status: 503, title: 'The workflow engine does not answer' },
  databaseUnavailable: { status: 503, title: 'The database does not answer' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problemCodes
