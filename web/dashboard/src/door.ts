/** What comes from the server is checked here, field by field. */

export class Unexpected extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unexpected('not an object');
  return value as Fields;
}

export function number(from: Fields, name: string): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Unexpected(`${name} is not a number`);
  return value;
}

export function text(from: Fields, name: string): string {
  const value = from[name];
  if (typeof value !== 'string') throw new Unexpected(`${name} is not a text`);
  return value;
}

export function truth(from: Fields, name: string): boolean {
  const value = from[name];
  if (typeof value !== 'boolean') throw new Unexpected(`${name} is not true or false`);
  return value;
}

/** Milliseconds since 1970 of an RFC 3339 text. */
export function instant(from: Fields, name: string): number {
  const ms = Date.parse(text(from, name));
  if (Number.isNaN(ms)) throw new Unexpected(`${name} is not a time`);
  return ms;
}

/** `read`, or `null` where the field is null or not there. */
export function maybe<T>(from: Fields, name: string, read: (from: Fields, name: string) => T): T | null {
  return from[name] === null || from[name] === undefined ? null : read(from, name);
}

export function list<T>(value: unknown, read: (one: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw new Unexpected('not a list');
  return value.map(read);
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export const paged =
  <T>(read: (one: unknown) => T) =>
  (value: unknown): Paged<T> => {
    const from = fields(value);
    return { items: list(from['items'], read), next: maybe(from, 'next', text) };
  };
