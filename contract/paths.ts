/** Where each endpoint is, below `basePath`. Free of zod, for the browser. */

export const basePath = '/api/v1'

export const paths = {
  createVmRequest: { method: 'post', path: '/vm-requests' },
  listVmRequests: { method: 'get', path: '/vm-requests' },
  watchVmRequests: { method: 'get', path: '/vm-requests/events' },
  previewVmRequest: { method: 'post', path: '/vm-requests/preview' },
  getVmRequest: { method: 'get', path: '/vm-requests/{id}' },
  watchVmRequest: { method: 'get', path: '/vm-requests/{id}/events' },
  listVmRequestAudit: { method: 'get', path: '/vm-requests/{id}/audit' },
  decideApproval: { method: 'post', path: '/vm-requests/{id}/decision' },
  extendLease: { method: 'post', path: '/vm-requests/{id}/extend' },
  releaseVm: { method: 'post', path: '/vm-requests/{id}/release' },
  restoreVm: { method: 'post', path: '/vm-requests/{id}/restore' },
  cancelRequest: { method: 'post', path: '/vm-requests/{id}/cancel' },
  operatorDecision: { method: 'post', path: '/vm-requests/{id}/operator-decision' },
  tryAgain: { method: 'post', path: '/vm-requests/{id}/try-again' },
  getWaiting: { method: 'get', path: '/vm-requests/{id}/waiting' },
  listWaiting: { method: 'get', path: '/waiting' },
  listHoldGroups: { method: 'get', path: '/hold-groups' },
  retryHoldGroup: { method: 'post', path: '/hold-groups/retry' },
  listCatalogItems: { method: 'get', path: '/catalog-items' },
  getCatalogItem: { method: 'get', path: '/catalog-items/{id}' },
  listSites: { method: 'get', path: '/sites' },
  beginMaintenance: { method: 'post', path: '/sites/{id}/maintenance' },
  endMaintenance: { method: 'delete', path: '/sites/{id}/maintenance' },
  listApprovals: { method: 'get', path: '/approvals' },
  listQuotas: { method: 'get', path: '/quotas' },
  listPolicies: { method: 'get', path: '/policies' },
  listAudit: { method: 'get', path: '/audit' },
  getMe: { method: 'get', path: '/me' },
  listTokens: { method: 'get', path: '/tokens' },
  createToken: { method: 'post', path: '/tokens' },
  deleteToken: { method: 'delete', path: '/tokens/{id}' },
  listFindings: { method: 'get', path: '/findings' },
  listNotices: { method: 'get', path: '/notices' },
  getOpenApi: { method: 'get', path: '/openapi.json' },
} as const satisfies Record<string, { method: 'get' | 'post' | 'delete'; path: `/${string}` }>

export type EndpointName = keyof typeof paths
