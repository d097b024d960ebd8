import { secondsBetween, type Instant } from '@berth/domain/instant.ts'

/** Times as people read them. The sentences are English, so the dates are; the zone is the person's. */
const language = 'en-GB'

const dayAndTime = new Intl.DateTimeFormat(language, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' })
const timeOnly = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' })
const timeWithSeconds = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
const dayOnly = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short' })
const dateKey = new Intl.DateTimeFormat(language, { dateStyle: 'short' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** "Sun 6 Dec, 10:00" */
export const absoluteWords = (at: Instant): string => dayAndTime.format(new Date(at))

/** With weekday, year, seconds and time zone, for the title and the accessible name. */
export const exactWords = (at: Instant): string => exact.format(new Date(at))

export const isSameDay = (a: Instant, b: Instant): boolean =>
  dateKey.format(new Date(a)) === dateKey.format(new Date(b))

/** "10:00" today, "Sun 6 Dec, 10:00" on other days; seconds only for what is less than five minutes away. */
export function shortWords(at: Instant, now: Instant): string {
  const date = new Date(at)
  if (!isSameDay(at, now)) return absoluteWords(at)
  return Math.abs(secondsBetween(now, at)) < 300 ? timeWithSeconds.format(date) : timeOnly.format(date)
}

export const dayWords = (at: Instant): string => dayOnly.format(new Date(at))

const units = [
  { unit: 'day', seconds: 86_400, smaller: 3_600 },
  { unit: 'hour', seconds: 3_600, smaller: 60 },
  { unit: 'minute', seconds: 60, smaller: 1 },
] as const

/** "in 3 days", "5 minutes ago", "just now": the nearest, in the largest unit that there are two of. */
export function relativeWords(at: Instant, now: Instant): string {
  const seconds = secondsBetween(now, at)
  if (Math.abs(seconds) < 5) return 'just now'
  const fitting = units.find((unit) => rounded(Math.abs(seconds), unit.smaller) >= unit.seconds * 2)
  if (fitting === undefined) return relative.format(Math.round(seconds), 'second')
  return relative.format(Math.round(seconds / fitting.seconds), fitting.unit)
}

/** "8 days", "89 minutes": in the largest unit that there are two of, never more than the length itself. */
export function roughly(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const fitting = units.find((unit) => whole >= unit.seconds * 2)
  return fitting === undefined ? `${whole} s` : `${Math.floor(whole / fitting.seconds)} ${fitting.unit}s`
}

const rounded = (seconds: number, to: number): number => Math.round(seconds / to) * to

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** "2 weeks", "1 day 6 hours", "45 minutes", "12 s": at most two units, never more than the length itself. */
export function lengthWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return withRest(Math.floor(whole / 60), 'minute', whole % 60, 's')
  if (whole < 86_400) return withRest(Math.floor(whole / 3_600), 'hour', Math.floor((whole % 3_600) / 60), 'min')
  const days = Math.floor(whole / 86_400)
  if (days % 7 === 0 && whole % 86_400 === 0) return plural(days / 7, 'week')
  return days >= 14 ? plural(days, 'day') : withRest(days, 'day', Math.floor((whole % 86_400) / 3_600), 'h')
}

const withRest = (count: number, word: string, rest: number, restUnit: string): string =>
  rest === 0 ? plural(count, word) : `${plural(count, word)} ${rest} ${restUnit}`

/** For the steps of the timeline: "0.4 s", "12 s", "2 min 5 s". */
export function stepWords(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  return lengthWords(seconds)
}
