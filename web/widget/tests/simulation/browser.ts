/** A browser with tabs, locks, a channel and a network, in virtual time. */

import { runSeat } from '../../src/connect-seat';
import type { Handover, SeatClient, SeatOptions } from '../../src/options';
import type { ClientMessage } from '../../src/wire';
import type { Locks, World } from '../../src/world';
import type { Clock } from './clock';
import type { Connection, SimServer } from './server';

export const OPTIONS: SeatOptions = { url: 'ws://seats.example/v1/seat', org: 'acme' };

export interface Features {
  readonly storage: boolean;
  /** `denied`: they are there, and every request for one is rejected. */
  readonly locks: boolean | 'denied';
  /** Every login waits in line. */
  readonly wait?: boolean;
}

/** A tab's storage. Full, it throws and keeps what it holds. */
export class TabStorage extends Map<string, string> {
  isFull = false;
  /** Somebody else wrote into it since the page was loaded. */
  isSpoiled = false;
}

/** One document of a tab. Dead, it does nothing; frozen, it does everything later. */
class Page {
  isDead = false;
  isFrozen = false;
  readonly releases = new Set<() => void>();
  readonly connections = new Set<() => void>();
  tell: (what: 'online' | 'offline' | 'wake') => void = () => undefined;
  hear: (message: unknown) => void = () => undefined;
  private readonly queue: (() => void)[] = [];

  run(task: () => void): void {
    if (this.isDead) return;
    if (this.isFrozen) this.queue.push(task);
    else task();
  }

  thaw(): void {
    this.isFrozen = false;
    for (const task of this.queue.splice(0)) this.run(task);
  }

  /** As the browser does it: locks and connections go with the page. */
  die(): void {
    this.isDead = true;
    for (const release of [...this.releases]) release();
    for (const close of [...this.connections]) close();
  }
}

export class Tab {
  page = new Page();
  client: SeatClient;
  isReloading = false;

  constructor(
    private readonly browser: Browser,
    readonly storage: TabStorage,
    handover?: Handover,
  ) {
    this.client = browser.load(this.page, storage, handover);
  }

  get connection(): Connection | null {
    return this.browser.lines.get(this.page) ?? null;
  }

  reload(): void {
    if (this.isReloading) return;
    this.isReloading = true;
    this.page.die();
    this.browser.clock.after(80, () => {
      if (!this.browser.tabs.includes(this)) return;
      this.isReloading = false;
      this.page = new Page();
      this.client = this.browser.load(this.page, this.storage);
    });
  }

  duplicate(): Tab {
    return this.browser.open(new TabStorage(this.storage));
  }

  /** Opens a window that takes the session over, with a copy of this tab's storage as browsers make it. */
  popOut(): void {
    const ticket = this.client.ticket();
    if (ticket === null) return;
    const { browser } = this;
    const ask: Handover['ask'] = (shown, give) => {
      browser.clock.after(3, () => this.page.run(() => this.client.handOver(shown, (value) => browser.clock.after(3, () => give(value)))));
    };
    browser.open(new TabStorage(this.storage), { ticket, ask });
  }

  close(): void {
    this.page.die();
    this.browser.tabs = this.browser.tabs.filter((tab) => tab !== this);
  }
}

export class Browser {
  tabs: Tab[] = [];
  readonly lines = new Map<Page, Connection>();
  private holder: { page: Page; lose: () => void } | null = null;
  private waiting: { page: Page; give: () => void }[] = [];
  private readonly pages = new Set<Page>();
  private numbers = 0;

  constructor(
    readonly clock: Clock,
    readonly server: SimServer,
    private readonly random: () => number,
    private readonly features: Features,
  ) {}

  open(storage = new TabStorage(), handover?: Handover): Tab {
    const tab = new Tab(this, storage, handover);
    this.tabs.push(tab);
    return tab;
  }

  load(page: Page, storage: TabStorage, handover?: Handover): SeatClient {
    this.pages.add(page);
    return runSeat({ ...OPTIONS, wait: this.features.wait ?? false, ...(handover ? { handover } : {}) }, this.world(page, storage));
  }

  private world(page: Page, storage: TabStorage): World {
    return {
      now: () => ({ mono: this.clock.mono, wall: this.clock.wall }),
      random: this.random,
      uuid: () => `id-${++this.numbers}`,
      after: (ms, run) => {
        let isCancelled = false;
        const cancel = this.clock.after(ms, () => page.run(() => isCancelled || run()));
        return () => {
          isCancelled = true;
          cancel();
        };
      },
      connect: (_url, _protocol, events) => this.connect(page, events),
      storage: this.features.storage
        ? {
            getItem: (name) => storage.get(name) ?? null,
            setItem: (name, value) => {
              if (storage.isFull) throw new Error('the quota is exceeded');
              storage.set(name, value);
            },
            removeItem: (name) => void storage.delete(name),
          }
        : null,
      locks: this.features.locks ? this.locks(page) : null,
      channel: (_name, hear) => {
        page.hear = hear;
        return {
          post: (message) => {
            const copy: unknown = structuredClone(message);
            // In order: every message takes the same time.
            for (const other of this.pages) {
              if (other !== page && !other.isDead) this.clock.after(4, () => other.run(() => other.hear(copy)));
            }
          },
          close: () => undefined,
        };
      },
      watchPage: (tell) => {
        page.tell = tell;
        return () => undefined;
      },
    };
  }

  private connect(page: Page, events: Parameters<World['connect']>[2]): ReturnType<World['connect']> {
    const { server } = this;
    let isClosed = false;
    // What is on its way still arrives, in order.
    let busyUntil = 0;
    const inOrder = (task: () => void): void => {
      busyUntil = Math.max(busyUntil, this.clock.mono + 2 + this.random() * 30);
      this.clock.after(busyUntil - this.clock.mono, task);
    };
    const connection: Connection = {
      cut: false,
      isOpen: true,
      say: (message) => {
        if (!connection.cut) inOrder(() => page.run(() => isClosed || events.heard(JSON.stringify(message))));
      },
      close: (code) => {
        if (connection.cut) return;
        connection.isOpen = false;
        inOrder(() =>
          page.run(() => {
            if (isClosed) return;
            isClosed = true;
            this.lines.delete(page);
            events.closed(code);
          }),
        );
      },
    };
    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      connection.isOpen = false;
      if (this.lines.get(page) === connection) this.lines.delete(page);
      page.connections.delete(close);
      if (!connection.cut) inOrder(() => server.lost(connection));
    };
    page.connections.add(close);
    this.lines.set(page, connection);
    if (server.isUp) inOrder(() => page.run(() => isClosed || events.opened()));
    else connection.close(1006);
    return {
      send: (text) => {
        const message = JSON.parse(text) as ClientMessage;
        if (!connection.cut) inOrder(() => (server.isUp ? server.hear(connection, message) : connection.close(1006)));
      },
      close,
    };
  }

  private locks(page: Page): Locks {
    return {
      request: (_name, how, tell) => {
        // What becomes of one request is heard in order: a lock is given before it is stolen.
        let busyUntil = 0;
        const later = (task: () => void): void => {
          busyUntil = Math.max(busyUntil, this.clock.mono + 1 + this.random() * 20);
          this.clock.after(busyUntil - this.clock.mono, () => page.run(task));
        };
        if (this.features.locks === 'denied') {
          later(() => tell('denied'));
          return () => undefined;
        }
        const lose = (): void => {
          page.releases.delete(release);
          later(() => isReleased || tell('unlocked'));
        };
        const mine = { page, lose };
        let isReleased = false;
        const give = (): void => {
          this.holder = mine;
          later(() => isReleased || tell('locked'));
        };
        const place = { page, give };
        const release = (): void => {
          isReleased = true;
          page.releases.delete(release);
          this.waiting = this.waiting.filter((other) => other !== place);
          if (this.holder !== mine) return;
          this.holder = null;
          this.waiting.shift()?.give();
        };
        page.releases.add(release);
        if (how === 'steal') {
          this.holder?.lose();
          give();
        } else if (!this.holder) give();
        else if (how === 'queue') this.waiting.push(place);
        else later(() => tell('unavailable'));
        return release;
      },
    };
  }
}
