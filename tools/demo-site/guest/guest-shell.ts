import type { ServerChannel } from 'ssh2'
import { runCommand } from './guest-commands.ts'
import type { GuestMachine } from './guest-commands.ts'

const interrupt = '\u0003'
const endOfInput = '\u0004'
const backspaces = ['\u007f', '\b']

/** A small shell with a prompt. With a terminal it echoes, since the client's terminal then leaves that to the guest. */
export function runShell(channel: ServerChannel, machine: GuestMachine, hasTerminal: boolean): void {
  const newline = hasTerminal ? '\r\n' : '\n'
  const prompt = hasTerminal ? `${machine.userName}@${machine.hostName}:~$ ` : ''
  const print = (text: string) => channel.write(text.replaceAll('\n', newline))
  let line = ''
  let lastExitCode = 0

  if (hasTerminal) print(welcome(machine))
  channel.write(prompt)
  channel.on('data', (data: Buffer) => {
    for (const character of data.toString('utf8')) if (!take(character)) return
  })
  channel.on('end', () => leave())

  /** False once the shell is over. */
  function take(character: string): boolean {
    if (character === endOfInput && line === '') return leave()
    if (character === interrupt) return again('^C\n')
    if (backspaces.includes(character)) return erase()
    if (character === '\r' || character === '\n') return runLine()
    if (character < ' ') return true
    line += character
    if (hasTerminal) channel.write(character)
    return true
  }

  function runLine(): boolean {
    const command = line.trim()
    if (hasTerminal) print('\n')
    if (command === 'exit' || command === 'logout') return leave()
    const result = runCommand(command, machine)
    lastExitCode = result.exitCode
    return again(result.output)
  }

  function again(text: string): boolean {
    print(text)
    line = ''
    channel.write(prompt)
    return true
  }

  function erase(): boolean {
    if (hasTerminal && line !== '') channel.write('\b \b')
    line = line.slice(0, -1)
    return true
  }

  function leave(): boolean {
    if (channel.writableEnded) return false
    if (hasTerminal) print('logout\n')
    channel.exit(lastExitCode)
    channel.end()
    return false
  }
}

const welcome = (machine: GuestMachine): string => `Welcome to ${machine.osName} ${machine.osVersion} (simulated guest)

This virtual machine is yours for the time of its lease.
Berth says when the lease ends; extend it there before it does.

`
