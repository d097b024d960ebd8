import { expect, test } from '@jest/globals'
import { keyLabel } from './key-label.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKQx2yNq9f1u5w7p2T1r1mX0b0cQ2gq0cWl9o5Qf1Xe'

test('a key is told by its comment, type and last characters', () => {
  expect(keyLabel(`${key} alex@laptop`)).toBe('alex@laptop · ed25519\u00a0…\u2060f1Xe')
  expect(keyLabel(key)).toBe('ed25519\u00a0…\u2060f1Xe')
})

test('what is no key is said to be none', () => {
  expect(keyLabel('hello')).toBe('unreadable key')
})
