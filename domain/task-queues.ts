/** Names of the Temporal task queues and ids; nobody writes them out elsewhere. */

export const controlPlaneQueue = 'berth'

/** Everything at a site but clones: waits are cheap, so it has many slots. */
export const siteQueue = (siteId: string): string => `site-${siteId}`

/** Clones only: its slots are what the site's vCenter bears. */
export const siteBuildQueue = (siteId: string): string => `site-${siteId}-build`

export const vmRequestWorkflowId = (siteId: string, requestId: string): string => `vm-request:${siteId}:${requestId}`

export const reconcileWorkflowId = (siteId: string): string => `reconcile-site:${siteId}`
