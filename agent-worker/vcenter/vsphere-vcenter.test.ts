import { vcenterContract } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'

vcenterContract('the vCenter over SOAP', async () => vcsimUnderTest(await startVcsim({ taskDelays: { CloneVm: 50 } })))
