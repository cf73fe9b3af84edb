/** A series as the columns of a chart: a step for each interval, nothing where nothing is known. Pure. */

import { figuresOf, type Figures, type Item } from './items';

export type Column = readonly (number | null)[];

export interface Columns {
  /** Seconds since 1970. */
  readonly at: readonly number[];
  readonly of: readonly Column[];
}

/** Where intervals do not touch, nothing is known between them. */
export function columns(items: readonly Item[], reads: readonly ((one: Figures) => number | null)[]): Columns {
  const at: number[] = [];
  const of: (number | null)[][] = reads.map(() => []);
  const push = (ms: number, values: readonly (number | null)[]): void => {
    at.push(ms / 1000);
    for (const [place, column] of of.entries()) column.push(values[place] ?? null);
  };
  const nothing = reads.map(() => null);
  const figures = [...figuresOf(items)].sort((a, b) => a.from - b.from);
  for (const [place, one] of figures.entries()) {
    const values = reads.map((read) => read(one));
    push(one.from, values);
    const following = figures[place + 1];
    // The last step is as wide as the others.
    if (following === undefined) push(one.to, values);
    else if (following.from > one.to) {
      push(one.to, values);
      push(one.to + 1, nothing);
    }
  }
  return { at, of };
}
