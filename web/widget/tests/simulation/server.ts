/** A seat server as the contract has it, as far as a widget can see, in virtual time. */

import { closeCodeOf } from '../../src/close-codes';
import type { ClientMessage } from '../../src/wire';
import type { Clock } from './clock';

export const GRACE_MS = 60_000;
const SILENCE_MS = 45_000;
const HEARTBEAT_MS = 20_000;
const ATTEMPT_MS = 60_000;

export interface Connection {
  /** To the client; nothing arrives where the line is cut. */
  readonly say: (message: object) => void;
  readonly close: (code: number) => void;
  /** No byte gets through any more, and neither side knows. */
  cut: boolean;
  /** The client's end is there. */
  isOpen: boolean;
}

export interface Session {
  readonly id: string;
  secret: string;
  readonly attempt: string | undefined;
  readonly grantedAt: number;
  connection: Connection | null;
}

export class SimServer {
  isUp = true;
  limit = 100;
  isMaintained = false;
  sessions: Session[] = [];
  logins = 0;
  resumes = 0;
  waited = 0;
  private line: { readonly connection: Connection; readonly attempt: string }[] = [];
  private numbers = 0;

  constructor(private readonly clock: Clock) {}

  hear(connection: Connection, message: ClientMessage): void {
    const session = this.of(connection);
    switch (message.type) {
      case 'login':
        return this.login(connection, message.attempt, message.wait);
      case 'resume':
        return this.resume(connection, message.session, message.secret);
      case 'logout':
        if (session) return this.end(session, 'logout');
        if (!this.leaveLine(connection)) return;
        connection.say({ type: 'ended', reason: 'logout', message: '' });
        return connection.close(closeCodeOf('logout'));
      case 'probe':
        connection.say({ type: 'alive' });
        return;
      default:
        return;
    }
  }

  /** The server knows that the connection is gone: the grace begins. */
  lost(connection: Connection): void {
    this.leaveLine(connection);
    const session = this.of(connection);
    if (!session) return;
    session.connection = null;
    this.clock.after(GRACE_MS, () => {
      // A resume makes a new connection; then this purge is for nobody.
      if (!session.connection) this.forget(session);
    });
  }

  /** The line is cut and nobody says so. */
  cut(connection: Connection): void {
    connection.cut = true;
    this.clock.after(SILENCE_MS, () => this.lost(connection));
  }

  end(session: Session, reason: string, extra: object = {}): void {
    const { connection } = session;
    if (reason !== 'unresponsive') this.forget(session);
    if (!connection) return;
    if (reason === 'unresponsive') this.lost(connection);
    else session.connection = null;
    connection.say({ type: 'ended', reason, message: '', ...extra });
    connection.close(closeCodeOf(reason));
  }

  /** Everybody's connection breaks; `remembers`: the sessions are kept. */
  goDown(remembers: boolean): void {
    this.isUp = false;
    for (const { connection } of this.line.splice(0)) connection.close(1006);
    for (const session of [...this.sessions]) {
      const { connection } = session;
      if (connection) {
        connection.close(1006);
        this.lost(connection);
      }
      if (!remembers) this.forget(session);
    }
  }

  of(connection: Connection): Session | undefined {
    return this.sessions.find((session) => session.connection === connection);
  }

  private login(connection: Connection, attempt: string, waits: boolean): void {
    const same = this.sessions.find((one) => one.attempt === attempt && this.clock.mono - one.grantedAt < ATTEMPT_MS);
    if (same) {
      same.secret = `secret-${++this.numbers}`;
      return this.seat(connection, same, true);
    }
    if (this.isMaintained) return this.refuse(connection, 'maintenance', { retry_after_s: 7 });
    if (this.sessions.length < this.limit) return this.grant(connection, attempt);
    if (!waits) return this.refuse(connection, 'seats_exhausted');
    // The same attempt takes over its place.
    for (const older of this.line.filter((one) => one.attempt === attempt)) {
      this.leaveLine(older.connection);
      older.connection.say({ type: 'ended', reason: 'superseded', message: '' });
      older.connection.close(closeCodeOf('superseded'));
    }
    this.waited++;
    this.line.push({ connection, attempt });
    connection.say({ type: 'waiting', position: this.line.length, ahead: this.line.length - 1 });
  }

  /** Seats are free again: the line first. */
  setLimit(limit: number): void {
    this.limit = limit;
    while (this.sessions.length < limit) {
      const first = this.line.shift();
      if (!first) return;
      this.grant(first.connection, first.attempt);
    }
  }

  private leaveLine(connection: Connection): boolean {
    const before = this.line.length;
    this.line = this.line.filter((one) => one.connection !== connection);
    return this.line.length < before;
  }

  private grant(connection: Connection, attempt: string): void {
    const number = ++this.numbers;
    const session: Session = {
      id: `${String(number).padStart(8, '0')}-session`,
      secret: `secret-${number}`,
      attempt,
      grantedAt: this.clock.mono,
      connection: null,
    };
    this.logins++;
    this.sessions.push(session);
    this.seat(connection, session, false);
  }

  private resume(connection: Connection, id: string, secret: string): void {
    const session = this.sessions.find((one) => one.id === id && one.secret === secret);
    if (!session) return this.refuse(connection, 'session_gone');
    this.resumes++;
    this.seat(connection, session, true);
  }

  private seat(connection: Connection, session: Session, resumed: boolean): void {
    const old = session.connection;
    session.connection = connection;
    if (old && old !== connection) {
      old.say({ type: 'ended', reason: 'superseded', message: '' });
      old.close(closeCodeOf('superseded'));
    }
    connection.say({
      type: 'seated',
      session: session.id,
      secret: session.secret,
      resumed,
      over_allocation: false,
      grace_s: GRACE_MS / 1000,
      heartbeat_s: HEARTBEAT_MS / 1000,
      server_time: '2026-01-05T08:00:00Z',
      notices: [],
    });
    if (!connection.isOpen) this.lost(connection);
    this.beat(connection);
  }

  private beat(connection: Connection): void {
    this.clock.after(HEARTBEAT_MS, () => {
      if (!this.of(connection)) return;
      connection.say({ type: 'heartbeat' });
      this.beat(connection);
    });
  }

  private refuse(connection: Connection, code: string, extra: object = {}): void {
    connection.say({ type: 'refused', code, message: '', retryable: true, ...extra });
    connection.close(closeCodeOf(code));
  }

  private forget(session: Session): void {
    this.sessions = this.sessions.filter((other) => other !== session);
  }
}
