import { afterEach, beforeEach, jest } from '@jest/globals'

let said: string[] = []

/** An unexpected console.error is a failure nobody looked at. */
beforeEach(() => {
  said = []
  jest.spyOn(console, 'error').mockImplementation((...words) => {
    said.push(words.join(' '))
  })
})

afterEach(() => {
  jest.restoreAllMocks()
  if (said.length > 0) throw new Error(`console.error was called:\n${said.join('\n')}`)
})
