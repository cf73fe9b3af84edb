/** A chart of steps over time, in the organization's zone, by uPlot. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { useDesk } from '../context';
import type { Columns } from '../usage/columns';
import type * as Plot from './plot';

export interface Line {
  readonly name: string;
  /** A colour of the style sheet, as in `--peak`. */
  readonly colour: string;
  readonly kind: 'line' | 'area' | 'dashed' | 'edge';
}

export interface ChartProps {
  readonly columns: Columns;
  readonly lines: readonly Line[];
  /** Two lines, the higher first, between which an area is shaded. */
  readonly band?: { readonly high: number; readonly low: number; readonly name: string; readonly colour: string };
  /** Stretches of which nothing is known, in milliseconds. */
  readonly gaps?: readonly { readonly from: number; readonly to: number }[];
  readonly from: number;
  readonly to: number;
  readonly zone: string;
  /** What the chart shows, in words. */
  readonly label: string;
  readonly height?: number;
}

/** Built beside this script; loaded once. */
const PLOT = '/dashboard/plot.js';
let plot: Promise<typeof Plot> | null = null;

function load(): Promise<typeof Plot> {
  plot ??= import(/* @vite-ignore */ PLOT) as Promise<typeof Plot>;
  return plot.catch((error: unknown) => {
    plot = null;
    throw error;
  });
}

export function Chart(props: ChartProps) {
  const { world } = useDesk();
  const place = useRef<HTMLDivElement>(null);
  const [under, setUnder] = useState('');
  const [isDark, setDark] = useState(world.isDark.read());
  useEffect(() => world.isDark.watch(() => setDark(world.isDark.read())), []);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    let end: (() => void) | null = null;
    let isWanted = true;
    const begin = ({ draw }: typeof Plot): void => {
      if (!isWanted) return;
      const drawn = draw(element, props, setUnder);
      const sized = new ResizeObserver(() => drawn.size(element.clientWidth));
      sized.observe(element);
      end = () => (sized.disconnect(), drawn.destroy());
    };
    load().then(begin, () => setUnder('✕ The chart could not be loaded; the table has the same numbers.'));
    return () => {
      isWanted = false;
      end?.();
    };
  }, [props.columns, props.from, props.to, props.zone, props.height, props.gaps, isDark]);
  const { lines, band, gaps } = props;
  return (
    <figure class="chart">
      <div ref={place} role="img" aria-label={props.label} class={props.height === undefined ? 'plot' : 'plot small'} />
      <figcaption>
        <ul class="legend">
          {lines.filter(({ kind }) => kind !== 'edge').map((line) => <li key={line.name}><i class={`key ${line.kind} c${line.colour}`} />{line.name}</li>)}
          {band ? <li><i class={`key area c${band.colour}`} />{band.name}</li> : null}
          {gaps && gaps.length > 0 ? <li><i class="key gap" />Not known</li> : null}
        </ul>
        <span class="under" aria-hidden="true">{under}</span>
      </figcaption>
    </figure>
  );
}
