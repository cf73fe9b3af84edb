/** A widget alone on a desk: the test plays the server, in virtual time. */

import { runSeat } from '../src/connect-seat';
import type { SeatClient, SeatOptions } from '../src/options';
import type { LineEvents } from '../src/world';
import { Clock } from './simulation/clock';

export type Sent = Readonly<Record<string, unknown>> & { readonly type: string };

export class Desk {
  readonly clock = new Clock();
  readonly client: SeatClient;
  readonly sent: Sent[] = [];
  /** Moments at which a connection was tried. */
  readonly tries: number[] = [];
  random = 1;
  tell: (what: 'online' | 'offline' | 'wake') => void = () => undefined;
  private line: LineEvents | null = null;
  private ids = 0;

  constructor(
    options: Partial<SeatOptions> = {},
    readonly storage = new Map<string, string>(),
  ) {
    this.client = runSeat(
      { url: 'ws://seats.example/v1/seat', org: 'acme', ...options },
      {
        now: () => ({ mono: this.clock.mono, wall: this.clock.wall }),
        random: () => this.random,
        uuid: () => `id-${++this.ids}`,
        after: (ms, run) => this.clock.after(ms, run),
        connect: (_url, _protocol, line) => {
          this.tries.push(this.clock.mono);
          this.line = line;
          return {
            send: (text) => void this.sent.push(JSON.parse(text) as Sent),
            close: () => {
              this.line = null;
            },
          };
        },
        storage: {
          getItem: (name) => storage.get(name) ?? null,
          setItem: (name, value) => void storage.set(name, value),
          removeItem: (name) => void storage.delete(name),
        },
        locks: null,
        channel: null,
        watchPage: (tell) => {
          this.tell = tell;
          return () => undefined;
        },
      },
    );
  }

  get isConnected(): boolean {
    return this.line !== null;
  }

  get last(): Sent | undefined {
    return this.sent.at(-1);
  }

  get state(): SeatClient['state'] {
    return this.client.state;
  }

  open(): this {
    this.line?.opened();
    return this;
  }

  say(message: object): this {
    this.line?.heard(JSON.stringify(message));
    return this;
  }

  close(code: number): this {
    this.line?.closed(code);
    return this;
  }

  advance(ms: number): this {
    this.clock.advance(ms);
    return this;
  }

  /** Logs in. */
  seat(): this {
    return this.open().say(this.seated());
  }

  seated(change: object = {}): object {
    return {
      type: 'seated',
      session: '6e0c3d6e-5a59-4d35-8c9a-6e0f0d1e2f30',
      secret: 'c2VjcmV0',
      resumed: false,
      over_allocation: false,
      grace_s: 60,
      heartbeat_s: 20,
      server_time: '2026-01-05T08:00:00Z',
      notices: [],
      ...change,
    };
  }
}
