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

interface Compose {
  services: Record<string, Service>
}

const files = ['docker-compose.yml', 'docker-compose.site.yml'] as const
const composeIn = async (file: (typeof files)[number]) => parse(await read(file), { merge: true }) as Compose

let compose: Compose
let site: Compose

beforeAll(async () => {
  ;[compose, site] = await Promise.all([composeIn('docker-compose.yml'), composeIn('docker-compose.site.yml')])
})

const serviceNamed = (name: string): Service => {
  const service = compose.services[name] ?? site.services[name]
  if (service === undefined) throw new Error(`there is no service ${name}`)
  return service
}

describe.each(files)('%s', (file) => {
  test('is what the Compose specification allows', async () => {
    const { $schema: _, ...schema } = JSON.parse(await read('tools/check/compose-spec.json')) as Record<string, unknown>
    const ajv = new Ajv({ allErrors: true, strict: false })
    addFormats.default(ajv)
    const validate = ajv.compile(schema)
    validate(await composeIn(file))
    expect(validate.errors ?? []).toEqual([])
  })

  test('asks for nothing that .env.example does not tell', async () => {
    const asked = new Set([...(await read(file)).matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string))
    const told = [...(await read('.env.example')).matchAll(/^(?:# )?(\w+)=/gm)].map(([, name]) => name as string)
    expect(asked.size).toBeGreaterThan(5)
    expect([...asked].filter((name) => !told.includes(name))).toEqual([])
  })

  test('names a version of every image that is not built here', async () => {
    const images = Object.values((await composeIn(file)).services).map(({ image }) => image)
    expect(images.filter((image) => !/^berth(-agent)?$/.test(image) && !/:\d+\.\d+/.test(image))).toEqual([])
  })
})

describe('docker-compose.site.yml', () => {
  test('needs nothing of the control plane, and opens nothing', () => {
    expect(Object.keys(site.services)).toEqual(['agent'])
    expect(serviceNamed('agent').ports).toBeUndefined()
    expect(serviceNamed('agent').depends_on).toBeUndefined()
  })
})

describe('docker-compose.yml', () => {
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

  /** The password comes as a secret; an authority of vCenter's would be one more file to mount. */
  const notWithCompose: Record<string, string[]> = {
    api: [],
    workers: [],
    agent: ['BERTH_VCENTER_CA_FILE', 'BERTH_VCENTER_PASSWORD'],
  }

  test.each(['api', 'workers', 'agent'])('gives %s the settings that its process reads', async (name) => {
    const folder = name === 'agent' ? 'agent-worker' : name
    const source = await read(`${folder}/config.ts`)
    const given = Object.keys(serviceNamed(name).environment ?? {}).filter((key) => !key.startsWith('TEMPORAL_'))
    expect(given.length).toBeGreaterThan(3)
    expect(given.filter((key) => !source.includes(`${key}:`))).toEqual([])
    const settings = [...source.matchAll(/^ {2}((?:BERTH|DATABASE)_[A-Z_]+):/gm)].map(([, key]) => key as string)
    expect(settings.filter((key) => !given.includes(key)).sort()).toEqual(notWithCompose[name])
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

test('the image makes what is generated: none of it is copied into it', async () => {
  const left = (await read('.dockerignore')).split('\n')
  expect(left).toEqual(expect.arrayContaining(['**/node_modules', '**/dist', 'database/generated']))
  const dockerfile = await read('docker/node.Dockerfile')
  for (const made of [
    'npm ci',
    'generate --workspace database',
    'build --workspace web',
    'workers/bundle-workflows.ts',
  ])
    expect(dockerfile).toContain(made)
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
