export interface DemoUser {
  /** Also the OIDC `sub`, and so Berth's user id. */
  username: string
  password: string
  name: string
  email: string
  /** Values of the claim `roles`. */
  roles: string[]
  /** Values of the claim `groups`. */
  teams: string[]
}

/** The people of the demo, one for each role and a second developer. Their server listens on loopback only. */
export const demoUsers: readonly DemoUser[] = [
  person('developer', 'Dana Developer', 'developer'),
  person('developer2', 'Devin Developer', 'developer'),
  person('approver', 'Alex Approver', 'approver'),
  person('operator', 'Olga Operator', 'operator'),
  person('admin', 'Adam Admin', 'admin'),
  person('auditor', 'Aude Auditor', 'auditor'),
]

function person(username: string, name: string, role: string): DemoUser {
  return {
    username,
    password: `berth-${username}`,
    name,
    email: `${username}@example.test`,
    roles: [role],
    teams: ['platform'],
  }
}
