import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createAccessToken, revokeToken, tokensOf, userOfToken } from './access-tokens.ts'
import { seedUser } from './seed-user.ts'
import { findUser, recordLogin } from './users.ts'
import { openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

describe('users', () => {
  test('are what the last login said, in teams that exist', async () => {
    const profile = {
      id: 'new',
      username: 'new',
      displayName: 'New',
      email: 'new@example.test',
      roles: ['developer' as const],
      teamIds: ['web', 'unknown'],
    }
    await recordLogin(world.database, profile)
    await expect(findUser(world.database, 'new')).resolves.toMatchObject({
      teamIds: ['web'],
      lastLoginAt: expect.any(String),
    })
    const { email: _, ...without } = profile
    await recordLogin(world.database, { ...without, roles: ['operator'], teamIds: ['data'] })
    const user = await findUser(world.database, 'new')
    expect(user).toMatchObject({ roles: ['operator'], teamIds: ['data'] })
    expect(user?.email).toBeUndefined()
    await expect(findUser(world.database, 'nobody')).resolves.toBeUndefined()
  })

  test('seeded again keep their last login', async () => {
    const profile = { id: 'seeded', username: 's', displayName: 'S', roles: [], teamIds: [] }
    await recordLogin(world.database, profile)
    await seedUser(world.database, profile)
    expect((await findUser(world.database, 'seeded'))?.lastLoginAt).toBeDefined()
  })
})

describe('access tokens', () => {
  test('are known by their hash alone, until they are revoked', async () => {
    const { token, id } = await createAccessToken(world.database, { userId: 'dora', name: 'script' })
    await expect(userOfToken(world.database, token)).resolves.toBe('dora')
    const { rows } = await world.database.pool.query<{ row: string }>(
      'select access_tokens::text as row from access_tokens',
    )
    expect(rows.map(({ row }) => row).join()).not.toContain(token)
    expect(await tokensOf(world.database, 'dora')).toMatchObject([
      { id, name: 'script', lastUsedAt: expect.any(String) },
    ])
    await expect(revokeToken(world.database, 'dan', id)).resolves.toBe(false)
    await expect(revokeToken(world.database, 'dora', 'no id')).resolves.toBe(false)
    await expect(revokeToken(world.database, 'dora', id)).resolves.toBe(true)
    await expect(userOfToken(world.database, token)).resolves.toBeUndefined()
    expect(await tokensOf(world.database, 'dora')).toEqual([])
  })

  test('end when they expire', async () => {
    const { token } = await createAccessToken(world.database, { userId: 'dora', name: 'old', expiresInSeconds: -1 })
    await expect(userOfToken(world.database, token)).resolves.toBeUndefined()
  })

  test('that are given are the same again, but never somebody else’s', async () => {
    const order = { userId: 'dora', name: 'demo', token: 'berth_demo' }
    const first = await createAccessToken(world.database, order)
    expect((await createAccessToken(world.database, order)).id).toBe(first.id)
    await expect(createAccessToken(world.database, { ...order, userId: 'dan' })).rejects.toThrow(
      'belongs to somebody else',
    )
  })
})
