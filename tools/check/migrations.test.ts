import { expect, test } from '@jest/globals'
import { repository } from '../start/config.ts'
import { migrationProblems, migrations } from './migrations.ts'

test('the migrations of today let the version before serve on', async () => {
  expect(await migrations(repository)).toMatch(/^[1-9]\d* migrations$/)
})

test.each([
  ['drop table "teams"', 'drops'],
  ['ALTER TABLE "teams"\n  DROP COLUMN "claim"', 'drops'],
  ['alter table "teams" rename column "claim" to "group"', 'renames'],
  ['alter table "teams" rename to "groups"', 'renames'],
  ['alter table "teams" alter column "claim" set not null', 'refuses'],
  ['alter table "teams" alter column "id" type uuid using id::uuid', 'changes a type'],
  ['alter table "teams" add column "cost" integer not null', 'adds a column'],
  ['alter table "teams" add column "a" text, add column "b" text NOT NULL', 'adds a column'],
])('%s is refused: the version before still runs', (statement, what) => {
  expect(migrationProblems(`select 1;\n${statement};`)).toEqual([expect.stringContaining(what)])
})

test.each([
  'create table "levels" ("id" text not null primary key)',
  'alter table "teams" add column "cost" integer',
  'alter table "teams" add column "cost" integer not null default 0',
  'create index on "teams" ("claim")',
  '-- contract: nothing reads it since 0.3\nalter table "teams" drop column "claim"',
  '-- drop table "teams"\nselect 1',
])('%s is let through', (statement) => {
  expect(migrationProblems(`${statement};`)).toEqual([])
})
