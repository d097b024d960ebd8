import type { Hold } from '@berth/domain/facts.ts'
import type { Overridable } from '@berth/domain/overrides.ts'
import { yourUserId } from './inbox.ts'

/** What operators read in the Temporal UI about a held request: why, and the JSON that decides. */
export function heldSentence({ step, attempt, message, actions }: Hold, overridable: Overridable): string {
  const [action] = actions
  const decision = JSON.stringify({ id: `${step}-${attempt}-${action}`, by: yourUserId, step, attempt, action })
  return (
    `Held at step **${step}**, attempt ${attempt}: ${message}\n\n` +
    `Update *operatorDecision* with one of ${actions.join(', ')}: \`${decision}\`${changesAllowed(overridable)}`
  )
}

function changesAllowed({ datastores, networks, resourcePools, vmName }: Overridable): string {
  const choices = [
    ...choice('datastore', datastores),
    ...choice('network', networks),
    ...choice('resourcePool', resourcePools),
    ...(vmName ? ['`"vmName":"another-name"`'] : []),
  ]
  return choices.length === 0 ? '' : `\n\nA retry may carry \`"overrides":{…}\` with ${choices.join('; ')}`
}

const choice = (name: string, values: readonly string[]): string[] =>
  values.length < 2 ? [] : [`\`"${name}"\`: ${values.join(', ')}`]
