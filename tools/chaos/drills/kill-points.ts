import type { Call } from '../fault.ts'

/** One process that dies just before or just after one call. */
export interface KillPoint {
  through: Call['through']
  /** A SOAP method, a method of Temporal's service, or what a statement of Berth says. */
  name: string
  /** `caller` is the agent, the API or the workers. */
  victim: string
  when: 'before' | 'after'
}

/** Each call that begins, ends or records a step, with everybody who may die at it. */
export const killPoints: readonly KillPoint[] = [
  ...at(
    'vcenter',
    ['caller', 'workers', 'temporal', 'api', 'postgres'],
    ...['CloneVM_Task', 'ReconfigVM_Task', 'PowerOnVM_Task', 'ShutdownGuest', 'PowerOffVM_Task', 'Destroy_Task'],
  ),
  ...at('vcenter', ['caller'], 'FindAllByUuid', 'RetrievePropertiesEx', 'ModifyListView', 'Login'),
  ...at('temporal', ['caller', 'temporal', 'postgres'], 'RespondActivityTaskCompleted', 'RespondWorkflowTaskCompleted'),
  ...at('temporal', ['caller', 'temporal'], 'StartWorkflowExecution', 'UpdateWorkflowExecution'),
  ...at('temporal', ['caller'], 'RecordActivityTaskHeartbeat', 'PollActivityTaskQueue'),
  ...at('database', ['caller', 'postgres'], 'insert into vm_requests', 'insert into audit_entries', 'commit'),
  ...at('database', ['caller', 'postgres'], 'insert into placement_reservations', 'update vm_requests'),
  ...at('database', ['caller', 'postgres'], 'insert into notices', 'update notices'),
]

function at(through: Call['through'], victims: readonly string[], ...names: string[]): KillPoint[] {
  return names.flatMap((name) =>
    victims.flatMap((victim) => (['before', 'after'] as const).map((when) => ({ through, name, victim, when }))),
  )
}

export const inWords = ({ name, victim, when }: KillPoint): string => `${victim} ${when} ${name}`
