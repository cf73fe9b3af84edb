/** The real server, on ports that it finds itself, and a line to it that can be cut. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = new URL('../../../', import.meta.url).pathname;
export const binary = process.env['MIRABRIDGE_BINARY'] ?? join(root, 'target/debug/mirabridge-seats');

const LIVENESS = 'heartbeat = "5s"\nsilence_limit = "12s"\ngrace = "10s"';

const DATA = 'data';

export interface Start {
  readonly liveness?: string;
  readonly listen?: string;
  /** Further flags. */
  readonly more?: readonly string[];
  /** Makes the folder of the data before the server does. */
  readonly fill?: (folder: string) => void;
}

export interface Numbers {
  readonly in_use: number;
  readonly connected: number;
  readonly in_grace: number;
  readonly on_call: number;
}

export class SeatServer {
  listen = '';
  private admin = '';
  token = '';
  private process: ChildProcess | null = null;
  private agents: ChildProcess | null = null;
  private readonly folder = mkdtempSync(join(tmpdir(), 'mirabridge-'));

  private constructor(private readonly more: readonly string[]) {}

  /** With the organizations and settings of `toml`; a grace of 10 s and a heartbeat of 5 s, unless it is told otherwise. */
  static async start(toml: string, { liveness = LIVENESS, listen = '127.0.0.1:0', more = [], fill }: Start = {}): Promise<SeatServer> {
    const server = new SeatServer(more);
    server.write(toml, liveness);
    fill?.(join(server.folder, DATA));
    await server.run(listen);
    return server;
  }

  async run(listen: string, admin = '127.0.0.1:0'): Promise<void> {
    const flags = ['--config', 'seats.toml', '--listen', listen, '--admin-listen', admin, '--data-dir', DATA, ...this.more];
    const child = spawn(binary, ['serve', ...flags], { cwd: this.folder, stdio: ['ignore', 'pipe', 'ignore'] });
    this.process = child;
    const line = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).once('line', resolve);
      child.once('exit', () => reject(new Error('the server ended')));
    });
    const ready = JSON.parse(line) as { listen: string; admin_listen: string; admin_token_file: string | null };
    this.listen = ready.listen;
    this.admin = ready.admin_listen;
    // A configuration with tokens of its own has no file with the first one.
    if (ready.admin_token_file !== null) this.token = readFileSync(join(this.folder, ready.admin_token_file), 'utf8').trim();
  }

  get origin(): string {
    return `http://${this.listen}`;
  }

  get adminOrigin(): string {
    return `http://${this.admin}`;
  }

  async numbers(org: string): Promise<Numbers> {
    return (await this.ask('GET', `/organizations/${org}`)) as Numbers;
  }

  /** Ends the only session of `org`, as an administrator does. */
  async endOnly(org: string, how: { readonly mode: 'now' | 'after_call' | 'notice'; readonly notice_s?: number }): Promise<void> {
    const [session, another] = await this.sessions(org);
    if (!session || another) throw new Error('not exactly one session');
    await this.ask('POST', `/organizations/${org}/sessions/${session}/end`, how);
  }

  /** Leaves no seat in use and no maintenance for the next test, so that nobody has to wait. A fleet keeps its seats. */
  async clear(): Promise<void> {
    for (const window of await this.ids('/maintenance')) await this.ask('DELETE', `/maintenance/${window}`);
    if (this.agents) return;
    for (const org of await this.ids('/organizations')) {
      // A seat that was free meanwhile is as good.
      const ends = (await this.sessions(org)).map((one) => this.ask('DELETE', `/organizations/${org}/sessions/${one}`).catch(() => undefined));
      await Promise.all(ends);
    }
  }

  private sessions(org: string): Promise<readonly string[]> {
    return this.ids(`/organizations/${org}/sessions`);
  }

  private async ids(path: string): Promise<readonly string[]> {
    const { items } = (await this.ask('GET', path)) as { readonly items: readonly { readonly id: string }[] };
    return items.map(({ id }) => id);
  }

  /** One request to the admin API, below `/api/v1`. */
  async ask(method: string, path: string, body?: object, token = this.token): Promise<unknown> {
    const answer = await fetch(`${this.adminOrigin}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  }

  /** Other organizations, tokens and settings, which the running server takes when it is told so. */
  configure(toml: string): void {
    this.write(toml, LIVENESS);
    this.process?.kill('SIGHUP');
  }

  private write(toml: string, liveness: string): void {
    writeFileSync(join(this.folder, 'seats.toml'), `[liveness]\n${liveness}\n${toml}`);
  }

  /** Ends the process and starts it again at the same address. */
  async restart(): Promise<void> {
    await this.stop('SIGTERM');
    await this.again();
  }

  /** Starts what was stopped, at the same addresses. */
  again(): Promise<void> {
    return this.run(this.listen, this.admin);
  }

  /** Agents that come and go by themselves, until `endFleet`. */
  fleet(org: string, agents: number): void {
    const flags = ['--url', `ws://${this.listen}/v1/seat`, '--org', org, '--agents', String(agents), '--duration', '10m'];
    this.agents = spawn(binary, ['fleet', ...flags], { cwd: this.folder, stdio: 'ignore' });
  }

  endFleet(): void {
    this.agents?.kill('SIGKILL');
    this.agents = null;
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async end(): Promise<void> {
    this.endFleet();
    await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A way to the server that loses everything on demand. */
export class CuttableLine {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private server: NetServer | null = null;

  static async to(address: string): Promise<CuttableLine> {
    const line = new CuttableLine();
    const [host = '', port = ''] = address.split(':');
    line.server = createServer((near) => {
      if (line.isCut) return void near.destroy();
      const far = connect(Number(port), host);
      for (const [one, other] of [[near, far], [far, near]] as const) {
        line.sockets.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          line.sockets.delete(one);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => line.server?.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  end(): void {
    this.cut();
    this.server?.close();
  }
}

export type Pages = (path: string, origin: string) => string | Buffer | null;

/** A host page's own server: `pages` by path; they are told its origin. */
export class HostPages {
  private server: HttpServer | null = null;

  static async serve(pages: Pages, types: Readonly<Record<string, string>> = {}): Promise<HostPages> {
    const host = new HostPages();
    host.server = createHttp((request, response) => {
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      const page = pages(path, host.origin);
      const extension = path.split('.').at(-1) ?? '';
      response.writeHead(page === null ? 404 : 200, { 'content-type': types[extension] ?? 'text/html; charset=utf-8' });
      response.end(page ?? '');
    });
    await new Promise<void>((resolve) => host.server?.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  end(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}
