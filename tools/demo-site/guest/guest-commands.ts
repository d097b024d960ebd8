/** The guest as its commands see it. */
export interface GuestMachine {
  hostName: string
  userName: string
  /** As in /etc/os-release. */
  osName: string
  osId: string
  osVersion: string
  vCpu: number
  memoryMiB: number
  diskGiB: number
  bootedAt: number
}

interface CommandResult {
  output: string
  exitCode: number
}

const said = (text: string): CommandResult => ({ output: `${text}\n`, exitCode: 0 })

const commands: Record<string, (machine: GuestMachine, words: string[]) => CommandResult> = {
  hostname: (machine) => said(machine.hostName),
  whoami: (machine) => said(machine.userName),
  id: ({ userName }) => said(`uid=1000(${userName}) gid=1000(${userName}) groups=1000(${userName}),27(sudo)`),
  pwd: (machine) => said(`/home/${machine.userName}`),
  ls: () => ({ output: '', exitCode: 0 }),
  true: () => ({ output: '', exitCode: 0 }),
  false: () => ({ output: '', exitCode: 1 }),
  nproc: (machine) => said(String(machine.vCpu)),
  echo: (_machine, words) => said(words.join(' ')),
  uname: ({ hostName }, words) =>
    said(words.includes('-a') ? `Linux ${hostName} 6.8.0-demo #1 SMP x86_64 GNU/Linux` : 'Linux'),
  uptime: (machine) => said(uptimeOf(machine)),
  free: ({ memoryMiB }) => said(`               total\nMem: ${String(memoryMiB).padStart(12)} MiB`),
  df: ({ diskGiB }) => said(`Filesystem  Size  Mounted on\n/dev/sda1   ${`${diskGiB}G`.padEnd(5)} /`),
  cat: (machine, words) => catOf(machine, words[0] ?? ''),
  help: () => said(`This is a simulated guest. It knows: ${Object.keys(commands).sort().join(' ')} exit`),
}

/** What a command line prints; `a && b` and `a; b` run one after the other. */
export function runCommand(line: string, machine: GuestMachine): CommandResult {
  let output = ''
  let exitCode = 0
  for (const [, joint = ';', command = ''] of line.matchAll(/(^|&&|;)\s*((?:"[^"]*"|'[^']*'|[^;&"'])*)/g)) {
    if (command.trim() === '' || (joint === '&&' && exitCode !== 0)) continue
    const result = runSingle(command.trim(), machine)
    output += result.output
    exitCode = result.exitCode
  }
  return { output, exitCode }
}

function runSingle(line: string, machine: GuestMachine): CommandResult {
  const [name = '', ...words] = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  return command === undefined ? { output: `${name}: command not found\n`, exitCode: 127 } : command(machine, words)
}

function catOf(machine: GuestMachine, path: string): CommandResult {
  if (path === '/etc/hostname') return said(machine.hostName)
  if (path === '/etc/os-release')
    return said(
      [
        `PRETTY_NAME="${machine.osName} ${machine.osVersion}"`,
        `NAME="${machine.osName}"`,
        `VERSION_ID="${machine.osVersion}"`,
        `ID=${machine.osId}`,
      ].join('\n'),
    )
  return { output: `cat: ${path}: No such file or directory\n`, exitCode: 1 }
}

function uptimeOf({ bootedAt }: GuestMachine): string {
  const minutes = Math.floor((Date.now() - bootedAt) / 60_000)
  const up = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
  return ` ${new Date().toISOString().slice(11, 19)} up ${up},  1 user,  load average: 0.00, 0.00, 0.00`
}
