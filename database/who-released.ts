/** Who gave a VM back, the last time, in SQL; `requestId` is a parameter or a column. */
export const whoReleased = (requestId: string): string =>
  `(select by from audit_entries where request_id = ${requestId} and event = 'releaseRequested' order by seq desc limit 1)`
