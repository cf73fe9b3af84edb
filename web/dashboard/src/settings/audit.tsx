/** Who changed what, the newest first. */

import { useState } from 'preact/hooks';
import { useDesk, useLive } from '../context';
import { type Fields, fields, instant, maybe, paged, text } from '../door';
import { useAsked } from '../parts/asked';
import { Panel } from '../parts/panel';
import { SaveButton, Table } from '../parts/table';
import { full } from '../words/time';

interface Line {
  readonly at: number;
  readonly label: string;
  readonly what: string;
  readonly organization: string | null;
}

const line = (value: unknown): Line => {
  const from: Fields = fields(value);
  return { at: instant(from, 'at'), label: text(from, 'label'), what: `${text(from, 'method')} ${text(from, 'route')}`, organization: maybe(from, 'organization', text) };
};

const FEW = 20;
const MOST = 1_000;

export function Audit() {
  const { api, id } = useDesk();
  const { zone } = useLive();
  const [isLong, setLong] = useState(false);
  const [asked] = useAsked(() => api.get(`/api/v1/audit?limit=${isLong ? MOST : FEW}`, paged(line)), [id, isLong]);
  const rows = (all: readonly Line[]) => all.map((one) => [full(one.at, zone), one.label, one.what, one.organization]);
  const HEAD = ['When', 'Token', 'What', 'Organization'];
  return (
    <Panel title="Audit log" asked={asked} empty={(page) => (page.items.length > 0 ? null : <p>○ Nothing was changed yet. Every change over the API stands here under its token’s label.</p>)}>
      {(page) => (
        <>
          <Table name="Audit log" head={HEAD} rows={rows(page.items)} />
          {page.next !== null && !isLong ? <button onClick={() => setLong(true)}>Show more</button> : null}
          <SaveButton name="Audit log" head={HEAD} rows={() => rows(page.items)} />
        </>
      )}
    </Panel>
  );
}
