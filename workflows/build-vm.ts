import type { CloneOrder, EndOrder, Granted } from '@berth/activities/vcenter/vcenter-port.ts'
import { firstGrant } from '@berth/domain/lease.ts'
import { overriddenRules } from '@berth/domain/overrides.ts'
import type { Placement } from '@berth/domain/placement.ts'
import type { Grant } from '@berth/domain/specification.ts'
import { withFallback, type Life } from './life.ts'
import { cancelWhileBuilding } from './owner-letters.ts'
import { holdStep, interrupted, isBehind, performStep } from './perform-step.ts'

/** All of it, or nothing left behind: each step that was started is undone by retiring. */
export async function buildVm(life: Life): Promise<void> {
  const steps = { place, clone, powerOn, waitForIp }
  for (const [name, step] of Object.entries(steps)) {
    await step(life)
    // Not done although the state is the same: a Reset dispatched the step of another run, and it begins anew.
    if (life.facts.state !== 'provisioning' || !isBehind(life, name as keyof typeof steps)) return
  }
  await handOver(life)
}

async function place(life: Life): Promise<void> {
  if (isBehind(life, 'place')) return
  const { requestId, specification } = life.request
  const order = { ...overriddenRules(life.request.rules, life.facts.overrides), grant: grantOf(life) }
  const found = await performStep(life, 'place', () => life.site.findPlacements(order), cancellable(life))
  if (found === interrupted) return
  const { result: findings, attempt } = found
  const neededGiB = Math.max(specification.size.diskGiB, findings.templateDiskGiB)
  let placement: Placement
  try {
    placement = await withFallback((records) => records.reservePlacement(requestId, findings, neededGiB))
  } catch (error) {
    return holdStep(life, 'place', attempt, error)
  }
  life.learn({ placement })
  life.finish({
    event: 'placed',
    reason: `${placement.datastoreName}, ${placement.networkName}`,
    change: { finished: { name: 'place', attempt } },
  })
}

async function clone(life: Life): Promise<void> {
  if (isBehind(life, 'clone')) return
  const { placement } = life.facts
  if (placement === undefined) throw new Error('clone without a placement')
  const cloned = await performStep(
    life,
    'clone',
    () => life.site.cloneVm(cloneOrder(life, placement)),
    cancellable(life),
  )
  if (cloned === interrupted) return
  life.finish({
    event: 'cloned',
    change: { finished: { name: 'clone', attempt: cloned.attempt }, vmMoid: cloned.result.moid },
  })
}

async function powerOn(life: Life): Promise<void> {
  if (isBehind(life, 'powerOn')) return
  const on = await performStep(life, 'powerOn', () => life.site.powerOnVm(grantedVm(life)), cancellable(life))
  if (on === interrupted) return
  life.finish({ event: 'poweredOn', change: { finished: { name: 'powerOn', attempt: on.attempt } } })
}

async function waitForIp(life: Life): Promise<void> {
  if (isBehind(life, 'waitForIp')) return
  const reported = await performStep(life, 'waitForIp', () => life.site.waitForIp(addressWait(life)), cancellable(life))
  if (reported === interrupted) return
  life.finish({
    event: 'addressFound',
    change: { finished: { name: 'waitForIp', attempt: reported.attempt }, address: reported.result },
  })
}

/** The lease runs from here, not from the request. */
async function handOver(life: Life): Promise<void> {
  await life.attend(Promise.resolve(), cancellable(life))
  if (life.facts.state !== 'provisioning') return
  const handedOverAt = life.now
  const seconds = life.request.specification.leaseSeconds
  await life.record({
    event: 'handedOver',
    change: {
      state: 'active',
      handedOverAt,
      grant: { ...firstGrant(seconds, handedOverAt), seconds, cappedBy: null },
      hold: null,
    },
    notices: [{ event: 'vmReady', audience: 'owner', grantNumber: 1, stage: '0' }],
  })
}

const cancellable = (life: Life) => ({ cancelRequest: cancelWhileBuilding(life) })

/** Which VM, as far as it is known, and by which approval: told with every step. */
export const grantedVm = (life: Life) => ({
  installationId: life.request.installationId,
  requestId: life.request.requestId,
  ...(life.facts.vmMoid !== undefined && { moid: life.facts.vmMoid }),
  grant: grantOf(life),
})

/** The same of a VM that is to be powered off or destroyed: also where it is found by its name. */
export function endOrder(life: Life): EndOrder & Granted {
  const { placement } = life.facts
  return { ...grantedVm(life), vmName: life.vmName, ...(placement !== undefined && { placement }) }
}

const grantOf = ({ request, facts }: Life): Grant => ({
  specHash: request.specHash,
  approvals: facts.approvals.flatMap(({ id, decision, by }) =>
    decision === 'approved' && by !== undefined ? [{ id, by }] : [],
  ),
})

export const addressWait = (life: Life) => ({
  vm: grantedVm(life),
  rules: {
    allow: life.request.addressAllow,
    ignore: life.request.addressIgnore,
    settleSeconds: life.request.policy.addressSettleSeconds,
    timeoutSeconds: life.request.policy.addressTimeoutSeconds,
  },
})

/** The host name is the VM's name; where an operator chose another name it follows. */
const hostNameOf = ({ request, facts }: Life): string =>
  facts.overrides?.vmName ?? request.specification.customization.hostName

function cloneOrder(life: Life, placement: Placement): CloneOrder {
  const { size, sshPublicKeys, customization } = life.request.specification
  return {
    ...grantedVm(life),
    vmName: life.vmName,
    placement,
    size,
    guest: { ...customization, hostName: hostNameOf(life), sshPublicKeys },
  }
}
