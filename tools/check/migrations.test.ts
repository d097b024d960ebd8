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
  ['create unique index "teams_claim" on "teams" ("claim")', 'refuses rows'],
  ['CREATE UNIQUE INDEX ON "teams" ("claim") WHERE "claim" IS NOT NULL', 'refuses rows'],
  ['alter table "teams" add constraint "short" check (length("claim") < 9)', 'refuses rows'],
  ['ALTER TABLE "teams" ADD CONSTRAINT "claims" UNIQUE ("claim")', 'refuses rows'],
  ['alter table "teams" add foreign key ("claim") references "claims" ("id")', 'refuses rows'],
  ['create trigger "t" before insert or update on "teams" for each row execute function "f"()', 'changes or refuses'],
  ['CREATE CONSTRAINT TRIGGER "t" AFTER INSERT ON "teams" FOR EACH ROW EXECUTE FUNCTION "f"()', 'changes or refuses'],
  ['alter table "teams" add column "a" text, add column "b" text NOT NULL', 'adds a column'],
])('%s is refused: the version before still runs', (statement, what) => {
  expect(migrationProblems(`select 1;\n${statement};`)).toEqual([expect.stringContaining(what)])
})

test.each([
  'create table "levels" ("id" text not null primary key)',
  'alter table "teams" add column "cost" integer',
  'alter table "teams" add column "cost" integer not null default 0',
  'create index on "teams" ("claim")',
  'create table "levels" ("id" text);\ncreate unique index on "levels" ("id")',
  'create table "levels" ("id" text);\nalter table "levels" add constraint "l" check ("id" <> \'\')',
  'create table "levels" ("id" text);\ncreate trigger "t" before insert on "levels" for each row execute function "f"()',
  '-- contract: all versions write it small since 0.3\nalter table "teams" add constraint "c" check ("claim" <> \'\')',
  '-- contract: nothing reads it since 0.3\nalter table "teams" drop column "claim"',
  '-- drop table "teams"\nselect 1',
])('%s is let through', (statement) => {
  expect(migrationProblems(`${statement};`)).toEqual([])
})
