/** What a chart shows, as a table and as a file. */

import { useState } from 'preact/hooks';
import { useDesk } from '../context';
import { type Cell, csv } from '../usage/csv';

/** More rows than these are for the file. */
const MOST_ROWS = 1_500;

interface Props {
  readonly name: string;
  readonly head: readonly string[];
  /** Only made when they are wanted. */
  readonly rows: () => readonly (readonly Cell[])[];
}

export function AsTable({ name, head, rows }: Props) {
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? rows() : [];
  return (
    <div class="as-table">
      <button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{isOpen ? 'Hide the table' : 'As a table'}</button>{' '}
      <SaveButton name={name} head={head} rows={rows} />
      {isOpen ? <Table name={name} head={head} rows={shown.slice(0, MOST_ROWS)} /> : null}
      {shown.length > MOST_ROWS ? <p class="muted">{shown.length - MOST_ROWS} more rows are in the CSV file.</p> : null}
    </div>
  );
}

export function SaveButton({ name, head, rows }: Props) {
  const { world, id } = useDesk();
  const file = `${id}-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.csv`;
  return <button aria-label={`${name} as CSV`} onClick={() => world.save(file, 'text/csv;charset=utf-8', csv(head, rows()))}>CSV</button>;
}

interface TableProps {
  readonly name: string;
  readonly head: readonly string[];
  /** What the columns mean. */
  readonly titles?: readonly (string | undefined)[];
  readonly rows: readonly (readonly Cell[])[];
}

export function Table({ name, head, titles = [], rows }: TableProps) {
  const isNumber = head.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={name}>
      <table>
        <thead><tr>{head.map((one, column) => <th key={one} scope="col" title={titles[column]} class={isNumber[column] ? 'number' : ''}>{one}</th>)}</tr></thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>{row.map((cell, column) => <td key={column} class={isNumber[column] ? 'number' : ''}>{cell ?? '–'}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
