/** Times in the organization's zone, whatever the reader's own is. Pure. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${name}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone, hourCycle: 'h23' });
  formats.set(key, known);
  return known;
}

const TIME = { hour: '2-digit', minute: '2-digit' } as const;

/** "10:41:07" */
export const clock = (ms: number, zone: string): string => format(zone, 'clock', { ...TIME, second: '2-digit' }).format(ms);
/** "10:41" */
export const time = (ms: number, zone: string): string => format(zone, 'time', TIME).format(ms);
/** "Fri 9 Jan" */
export const day = (ms: number, zone: string): string =>
  format(zone, 'day', { weekday: 'short', day: 'numeric', month: 'short' }).format(ms).replace(',', '');
/** "Fri" */
export const weekday = (ms: number, zone: string): string => format(zone, 'weekday', { weekday: 'short' }).format(ms);
/** "9 Jan 2026" */
export const date = (ms: number, zone: string): string => format(zone, 'date', { day: 'numeric', month: 'short', year: 'numeric' }).format(ms);
/** "9 Jan 2026 10:41" */
export const full = (ms: number, zone: string): string => `${date(ms, zone)} ${time(ms, zone)}`;

/** When something was of which the stretch is known: the day, or the minute with which a shorter one begins. */
export const within = (from: number, to: number, zone: string): string => (to - from > HOUR ? date(from, zone) : full(from, zone));

/** As short as it can be told at `now`: "18:00", "Fri 18:00", "9 Jan 2026 18:00". */
export function near(ms: number, now: number, zone: string): string {
  if (midnight(ms, zone) === midnight(now, zone)) return time(ms, zone);
  if (Math.abs(ms - now) < 6 * DAY) return `${weekday(ms, zone)} ${time(ms, zone)}`;
  return full(ms, zone);
}

export interface Local {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export function local(ms: number, zone: string): Local {
  const parts = format(zone, 'parts', {
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(ms);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute'), second: part('second') };
}

const asUtc = (at: Local): number => Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);

/** How far the zone's clock is ahead of UTC. */
const ahead = (ms: number, zone: string): number => asUtc(local(ms, zone)) - Math.floor(ms / SECOND) * SECOND;

/** The instant at which the zone's clock shows `at`: the first of two; in a gap, as far behind it. */
export function instantOf(at: Local, zone: string): number {
  const wanted = asUtc(at);
  const candidates = [wanted - ahead(wanted - DAY, zone), wanted - ahead(wanted + DAY, zone)].sort((a, b) => a - b);
  const exact = candidates.find((ms) => asUtc(local(ms, zone)) === wanted);
  return exact ?? wanted - ahead(wanted - DAY, zone);
}

/** The beginning of a day of the zone; `days` later than that of `ms`. */
export function midnight(ms: number, zone: string, days = 0): number {
  const at = local(ms, zone);
  return instantOf({ ...at, day: at.day + days, hour: 0, minute: 0, second: 0 }, zone);
}

/** Monday is 0. */
export function weekdayOf(ms: number, zone: string): number {
  const at = local(ms, zone);
  return (new Date(Date.UTC(at.year, at.month - 1, at.day)).getUTCDay() + 6) % 7;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** For a field of the kind `datetime-local`; seconds only where there are some. */
export function toField(ms: number, zone: string): string {
  const at = local(ms, zone);
  return `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}${at.second === 0 ? '' : `:${two(at.second)}`}`;
}

export function fromField(value: string, zone: string): number | null {
  const found = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(value);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return instantOf({ year, month, day, hour, minute, second }, zone);
}

/** "45 s", "12 min", "2 h 15 min", "3 d 4 h" */
export function length(ms: number): string {
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** RFC 3339, for the API. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
