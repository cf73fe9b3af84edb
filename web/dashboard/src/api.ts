/** Questions to the server, each with the token in its header. */

import { fields, maybe, number, type Paged, text, Unexpected } from './door';

export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly version: string | null }
  /** This server has no such route, or this token may not see it. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'refused'; readonly status: number; readonly type: string; readonly why: string; readonly count: number | null }
  | { readonly kind: 'unreachable'; readonly why: string };

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An answer that takes longer counts as none. */
const PATIENCE_MS = 20_000;

export class Api {
  constructor(
    private readonly token: string,
    private readonly fetch: typeof globalThis.fetch,
    /** Told where the token is not valid, and where it may not do what it was offered. */
    private readonly barred: (how: 'denied' | 'forbidden') => void,
  ) {}

  async ask<T>(method: Method, path: string, read: (value: unknown) => T, body: unknown = null, version: string | null = null): Promise<Answer<T>> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.token}` };
    if (body !== null) headers['content-type'] = 'application/json';
    if (version !== null) headers['if-match'] = version;
    let response: Response;
    let answer: unknown;
    try {
      const init = { method, headers, body: body === null ? null : JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE_MS) };
      response = await this.fetch(path, { ...init, cache: 'no-store', credentials: 'omit', redirect: 'error' });
      answer = await json(response);
    } catch {
      return { kind: 'unreachable', why: 'The server does not answer.' };
    }
    if (response.status === 401) {
      this.barred('denied');
      return { kind: 'denied' };
    }
    if (response.status === 403) this.barred('forbidden');
    if (response.status === 404) return { kind: 'missing' };
    if (!response.ok) return refusal(response.status, answer);
    try {
      return { kind: 'ok', value: read(answer), version: response.headers.get('etag') };
    } catch (error) {
      if (!(error instanceof Unexpected)) throw error;
      return { kind: 'unreachable', why: `The server's answer is not understood: ${error.message}.` };
    }
  }

  get<T>(path: string, read: (value: unknown) => T): Promise<Answer<T>> {
    return this.ask('GET', path, read);
  }

  /** All pages of a list, at most `most` items; `next` says where more would be. */
  async all<T>(path: string, read: (value: unknown) => Paged<T>, most: number): Promise<Answer<Paged<T>>> {
    const items: T[] = [];
    let next: string | null = null;
    do {
      const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page: Answer<Paged<T>> = await this.get(`${path}${path.includes('?') ? '&' : '?'}limit=1000${cursor}`, read);
      if (page.kind !== 'ok') return page;
      items.push(...page.value.items);
      next = page.value.next;
    } while (next !== null && items.length < most);
    return { kind: 'ok', value: { items, next }, version: null };
  }
}

async function json(response: Response): Promise<unknown> {
  const body = await response.text();
  try {
    return body === '' ? null : JSON.parse(body);
  } catch {
    return null;
  }
}

function refusal(status: number, answer: unknown): Answer<never> {
  try {
    const problem = fields(answer);
    const why = maybe(problem, 'detail', text) ?? text(problem, 'title');
    return { kind: 'refused', status, type: maybe(problem, 'type', text) ?? '', why, count: maybe(problem, 'count', number) };
  } catch {
    return { kind: 'refused', status, type: '', why: `The server answered ${status}.`, count: null };
  }
}

/** What went wrong, for a person. */
export function why(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): string {
  switch (answer.kind) {
    case 'missing':
      return 'This server does not have it, or this token may not see it.';
    case 'denied':
      return 'This token is not valid any more.';
    case 'refused':
    case 'unreachable':
      return answer.why;
  }
}

export const nothing = (): null => null;
