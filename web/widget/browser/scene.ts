/** What most files of tests in the real browser stand on: a server and a browser, and fresh profiles for each test. */

import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launch } from './browser';
import { HostPages, type Pages, SeatServer } from './server';

export interface Scene {
  readonly browser: Browser;
  readonly server: SeatServer;
  /** A profile for this test. */
  readonly context: BrowserContext;
  /** Another profile for this test. */
  readonly fresh: (options?: BrowserContextOptions) => Promise<BrowserContext>;
}

/** The scene of a file: called once, above its tests. `start`: the organizations and settings, or what starts the server. */
export function scene(start: string | (() => Promise<SeatServer>)): Scene {
  const browser = shared(launch, (one) => one.close());
  const server = shared(
    () => (typeof start === 'string' ? SeatServer.start(start) : start()),
    (one) => one.end(),
  );
  let context: BrowserContext | undefined;
  const fresh = (options?: BrowserContextOptions): Promise<BrowserContext> => browser().newContext(options);
  beforeEach(async () => {
    context = await fresh();
  });
  afterEach(async () => {
    await Promise.all(browser().contexts().map((one) => one.close()));
    await server().clear();
  });
  return {
    get browser() {
      return browser();
    },
    get server() {
      return server();
    },
    get context() {
      return there(context);
    },
    fresh,
  };
}

/** One thing for all tests of the file, ended after them. */
export function shared<T>(start: () => Promise<T>, end: (one: T) => unknown): () => T {
  let one: T | undefined;
  beforeAll(async () => {
    one = await start();
  });
  afterAll(async () => {
    if (one !== undefined) await end(one);
  });
  return () => there(one);
}

/** Host pages for all tests of the file. */
export const hostPages = (pages: Pages, types?: Readonly<Record<string, string>>): (() => HostPages) =>
  shared(
    () => HostPages.serve(pages, types),
    (one) => one.end(),
  );

function there<T>(one: T | undefined): T {
  if (one === undefined) throw new Error('it is there only while a test runs');
  return one;
}

/** Where the pictures of a folder of the documentation are kept; `null`: pictures are not asked for. */
export function picturesIn(name: 'widget' | 'dashboard'): string | null {
  if (process.env['MIRABRIDGE_PICTURES'] !== '1') return null;
  const folder = new URL(`../../../docs/${name}/`, import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  return folder;
}
