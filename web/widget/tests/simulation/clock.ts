/** Virtual time: what is due happens in order, and nothing waits. */
export class Clock {
  mono = 1_000;
  wall = Date.UTC(2026, 0, 5, 8);
  private tasks: { at: number; order: number; run: () => void }[] = [];
  private order = 0;

  /** Returns what cancels it. */
  after(ms: number, run: () => void): () => void {
    const task = { at: this.mono + Math.max(ms, 0), order: this.order++, run };
    this.tasks.push(task);
    return () => {
      this.tasks = this.tasks.filter((other) => other !== task);
    };
  }

  advance(ms: number): void {
    const end = this.mono + ms;
    for (;;) {
      const next = this.tasks.reduce<(typeof this.tasks)[number] | null>(
        (first, task) => (!first || task.at < first.at || (task.at === first.at && task.order < first.order) ? task : first),
        null,
      );
      if (!next || next.at > end) break;
      this.tasks = this.tasks.filter((other) => other !== next);
      this.pass(next.at - this.mono);
      next.run();
    }
    this.pass(end - this.mono);
  }

  /** The machine sleeps: the clock on the wall goes on, the other one stands. */
  sleep(ms: number): void {
    this.wall += ms;
  }

  private pass(ms: number): void {
    this.mono += ms;
    this.wall += ms;
  }
}

/** Numbers that look random and are the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
