/** Draws with uPlot. A script of its own, asked for with the first chart. */

import uPlot from 'uplot';
import { decimal } from '../words/numbers';
import { day, time } from '../words/time';
import type { ChartProps } from './chart';

export interface Drawn {
  readonly size: (width: number) => void;
  readonly destroy: () => void;
}

export function draw(element: HTMLElement, { columns, lines, band, gaps = [], from, to, zone, height = 260 }: ChartProps, say: (text: string) => void): Drawn {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const grid = { stroke: colour('--line'), width: 1 };
  const axis = { stroke: colour('--muted'), grid, ticks: grid, font: '12px system-ui, sans-serif' };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const shade = (plot: uPlot): void => {
    plot.ctx.save();
    plot.ctx.fillStyle = colour('--gap');
    for (const gap of gaps) {
      const [left, right] = [gap.from, gap.to].map((ms) => plot.valToPos(Math.min(Math.max(ms, from), to) / 1000, 'x', true));
      if (left !== undefined && right !== undefined) plot.ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
    }
    plot.ctx.restore();
  };
  const tell = (plot: uPlot): void => {
    const { idx } = plot.cursor;
    const at = idx === null || idx === undefined ? undefined : columns.at[idx];
    if (idx === null || idx === undefined || at === undefined) return say('');
    const values = lines.map((line, place) => {
      const value = columns.of[place]?.[idx];
      return line.kind === 'edge' ? null : `${line.name.toLowerCase()} ${value === null || value === undefined ? 'not known' : decimal(value)}`;
    });
    say(`${day(at * 1000, zone)} ${time(at * 1000, zone)}: ${values.filter((text) => text !== null).join(' · ')}`);
  };
  const options: uPlot.Options = {
    width: Math.max(200, element.clientWidth),
    height,
    padding: [8, 36, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    scales: { x: { range: [from / 1000, to / 1000] }, y: { range: (_, __, highest) => [0, Math.max(1, Math.ceil((highest ?? 1) * 1.08))] } },
    axes: [
      { ...axis, space: 84, values: dayAxis(zone) },
      { ...axis, size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000] },
    ],
    series: [
      {},
      ...lines.map(
        ({ name, colour: of, kind }): uPlot.Series => ({
          label: name,
          stroke: kind === 'edge' ? 'transparent' : colour(of),
          width: kind === 'edge' ? 0 : 2,
          points: { show: false },
          ...(stepped ? { paths: stepped } : {}),
          ...(kind === 'dashed' ? { dash: [6, 4] } : {}),
          ...(kind === 'area' ? { fill: colour(`${of}-soft`) } : {}),
        }),
      ),
    ],
    bands: band ? [{ series: [band.high + 1, band.low + 1], fill: colour(`${band.colour}-soft`) }] : [],
    hooks: { drawClear: [shade], setCursor: [tell] },
  };
  const plot = new uPlot(options, [[...columns.at], ...columns.of.map((one) => [...one])], element);
  return { size: (width) => plot.setSize({ width, height }), destroy: () => plot.destroy() };
}

/** Hours within a day, days beyond. */
const dayAxis =
  (zone: string) =>
  (_: uPlot, splits: number[], __: number, ___: number, step: number): string[] =>
    splits.map((at) => {
      const ms = at * 1000;
      if (step >= 86_400) return day(ms, zone).replace(/^\S+ /, '');
      const shown = time(ms, zone);
      return shown === '00:00' ? day(ms, zone) : shown;
    });
