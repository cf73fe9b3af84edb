/** A browser without Playwright, which shows every page as looked at. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { executablePath, flags } from './chromium';

interface Answer {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
}

export class BareBrowser {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  private readonly process: ChildProcess;
  private ids = 0;

  constructor() {
    const own = ['--headless=new', `--user-data-dir=${this.folder}`, '--remote-debugging-pipe'];
    this.process = spawn(executablePath, [...flags, ...own, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      // A group of its own: a power cut ends all its processes at once.
      detached: true,
    });
    let text = '';
    (this.process.stdio[4] as Readable).on('data', (data: Buffer) => {
      const messages = (text + data.toString()).split('\0');
      text = messages.pop() ?? '';
      for (const message of messages) {
        const answer = JSON.parse(message) as Answer;
        if (answer.id !== undefined) this.waiting.get(answer.id)?.(answer);
      }
    });
  }

  async open(url: string): Promise<BareTab> {
    const { targetId } = await this.send('Target.createTarget', { url });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return new BareTab(this, String(targetId), String(sessionId));
  }

  send(method: string, params: object, sessionId?: string): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.ids;
    return new Promise((resolve) => {
      this.waiting.set(id, ({ result }) => resolve(result ?? {}));
      (this.process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    if (this.process.pid !== undefined) process.kill(-this.process.pid, 'SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    void this.send('Browser.close', {});
    await ended;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class BareTab {
  constructor(
    private readonly browser: BareBrowser,
    private readonly target: string,
    private readonly session: string,
  ) {}

  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.browser.send('Runtime.evaluate', { expression, returnByValue: true }, this.session);
    return (answer['result'] as { value?: unknown } | undefined)?.value;
  }

  bringToFront(): Promise<unknown> {
    return this.browser.send('Target.activateTarget', { targetId: this.target });
  }
}
