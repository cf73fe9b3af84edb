/**
 * Acts on what may change all the time: a while after the first change, however many follow, and not again
 * before it is done. A change that comes while it acts is followed by another act.
 */
export class Throttle {
  private state: 'rest' | 'waits' | 'acts' = 'acts';
  /** How long to wait for what changed while it acted; `null`: nothing did. */
  private missed: number | null = null;
  private readonly end = new AbortController();

  /** `act` begins something; who did it says `done`. The first act is under way already. */
  constructor(
    private readonly wait: (ms: number, signal: AbortSignal) => Promise<void>,
    private readonly act: () => void,
  ) {}

  /** Something changed: there is to be an act in `ms`. */
  changed(ms: number): void {
    if (this.state === 'acts') this.missed = ms;
    if (this.state !== 'rest') return;
    this.state = 'waits';
    void this.wait(ms, this.end.signal).then(() => {
      if (this.end.signal.aborted) return;
      this.state = 'acts';
      this.act();
    });
  }

  /** What was begun is done, or failed. */
  done(): void {
    if (this.state !== 'acts') return;
    const { missed } = this;
    this.state = 'rest';
    this.missed = null;
    if (missed !== null) this.changed(missed);
  }

  /** Nothing follows any more. */
  stop(): void {
    this.end.abort();
  }
}
