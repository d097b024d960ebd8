import { afterEach, expect, test } from '@jest/globals'
import { QueryClient } from '@tanstack/react-query'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { keep } from './live.ts'
import { keys, vmRequest, vmRequests } from './queries.ts'

const client = new QueryClient()
const mine = vmRequests({ owner: 'me' })
const other = aVmRequest({ id: 'other' })

const shown = () => client.getQueryData(mine.queryKey)?.pages.flatMap(({ items }) => items)

afterEach(() => client.clear())

function showing(request = aVmRequest()) {
  client.setQueryData(mine.queryKey, {
    pages: [{ items: [other, request], nextCursor: null }],
    pageParams: [undefined],
  })
}

test('a newer request takes its place in the list and on its page', () => {
  showing()
  const came = aVmRequest({ version: 2, state: 'active' })
  keep(client, came)
  expect(shown()).toEqual([other, came])
  expect(client.getQueryData(vmRequest(came.id).queryKey)).toBe(came)
})

test('a version that was shown already changes nothing, so that nothing is drawn again', () => {
  showing(aVmRequest({ version: 2, state: 'active' }))
  const before = client.getQueryData(mine.queryKey)
  keep(client, aVmRequest({ version: 1 }))
  expect(client.getQueryData(mine.queryKey)).toBe(before)
})

test('a request that no list shows is not pushed into one; lists are asked for again instead', () => {
  showing()
  keep(client, aVmRequest({ id: 'new', version: 7 }))
  expect(shown()?.map(({ id }) => id)).toEqual(['other', aVmRequest().id])
  expect(client.getQueryData(keys.vmRequest('new'))).toMatchObject({ version: 7 })
})
