import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { searchAttributes } from '@berth/workflows/messages.ts'
import { repository } from '../start/config.ts'

interface Service {
  image: string
  environment?: Record<string, string>
  command?: string[]
  ports?: string[]
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
}

const read = (file: string) => readFile(path.join(repository, file), 'utf8')

let compose: { services: Record<string, Service> }

beforeAll(async () => {
  compose = parse(await read('docker-compose.yml'), { merge: true }) as typeof compose
})

const serviceNamed = (name: string): Service => {
  const service = compose.services[name]
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`)
  return service
}

describe('docker-compose.yml', () => {
  test('is what the Compose specification allows', async () => {
    const { $schema: _, ...schema } = JSON.parse(await read('tools/check/compose-spec.json')) as Record<string, unknown>
    const ajv = new Ajv({ allErrors: true, strict: false })
    addFormats.default(ajv)
    const validate = ajv.compile(schema)
    validate(compose)
    expect(validate.errors ?? []).toEqual([])
  })

  test('names a version of every image that is not built here', () => {
    const images = Object.values(compose.services).map(({ image }) => image)
    expect(images.filter((image) => !/^berth(-agent)?$/.test(image) && !/:\d+\.\d+/.test(image))).toEqual([])
  })

  test('waits only for services that are there', () => {
    const waitedFor = Object.values(compose.services).flatMap((service) => Object.keys(service.depends_on ?? {}))
    expect(waitedFor.filter((name) => compose.services[name] === undefined)).toEqual([])
  })

  test('opens nothing to the network but Temporal, which asks for a certificate', () => {
    const open = Object.entries(compose.services).filter(([, { ports = [] }]) =>
      ports.some((port) => !port.startsWith('127.0.0.1:')),
    )
    expect(open.map(([name]) => name)).toEqual(['temporal'])
    expect(serviceNamed('temporal').environment).toMatchObject({ TEMPORAL_TLS_REQUIRE_CLIENT_AUTH: 'true' })
  })

  test.each(['api', 'workers', 'agent'])('gives %s only settings that its process reads', async (name) => {
    const folder = name === 'agent' ? 'agent-worker' : name
    const source = await read(`${folder}/config.ts`)
    const given = Object.keys(serviceNamed(name).environment ?? {}).filter((key) => !key.startsWith('TEMPORAL_'))
    expect(given.length).toBeGreaterThan(3)
    expect(given.filter((key) => !source.includes(`${key}:`))).toEqual([])
  })

  test('mounts files that are in the repository', async () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.flatMap((volume) => /^\.\/(docker\/[^:]+)/.exec(volume)?.[1] ?? []),
    )
    const scripts = ['postgres/create-databases.sh', 'temporal/create-schema.sh', 'temporal/prepare-namespace.sh']
    expect(new Set(mounted)).toEqual(new Set(scripts.map((script) => `docker/${path.dirname(script)}`)))
    await Promise.all(scripts.map((script) => read(`docker/${script}`)))
  })
})

test('the script for the namespace makes every search attribute that the workflows set', async () => {
  const script = await read('docker/temporal/prepare-namespace.sh')
  const made = [...script.matchAll(/\b(Berth\w+)=(\w+)/g)].map(([, name, type]) => `${name}=${type?.toUpperCase()}`)
  expect(made.sort()).toEqual(
    Object.values(searchAttributes)
      .map(({ name, type }) => `${name}=${type}`)
      .sort(),
  )
})
