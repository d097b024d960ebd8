import { afterEach, beforeEach, jest } from '@jest/globals'

/** An unexpected console.error is a failure nobody looked at. */
beforeEach(() => {
  jest.spyOn(console, 'error')
})

afterEach(() => {
  const said = jest.mocked(console.error).mock.calls.map((call) => call.join(' '))
  jest.mocked(console.error).mockRestore()
  if (said.length > 0) throw new Error(`console.error was called:\n${said.join('\n')}`)
})
