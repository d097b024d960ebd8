export { provisionVm } from './provision-vm.ts'
export { reconcileSite } from './reconcile-site.ts'
