/** A part of a page in one of its four states: loading, empty, error, stale; or simply there. */

import type { ComponentChildren } from 'preact';
import type { Asked } from './asked';

interface Props<T> {
  readonly title: string;
  readonly asked: Asked<T>;
  /** What to do where there is nothing; `null`: there is something. */
  readonly empty?: (value: T) => ComponentChildren;
  readonly children: (value: T) => ComponentChildren;
  /** Beside the title. */
  readonly tools?: ComponentChildren;
  readonly class?: string;
}

export function Panel<T>({ title, asked, empty, children, tools, class: kind = '' }: Props<T>) {
  const id = `panel-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  const isOld = asked.kind === 'here' && asked.failed !== null;
  return (
    <section class={`panel ${kind} ${isOld ? 'stale' : ''}`} aria-labelledby={id} aria-busy={asked.kind === 'loading'}>
      <header>
        <h2 id={id}>{title}</h2>
        {tools}
      </header>
      {isOld ? <p class="notice amber" role="status">⚠ Stale: {asked.failed} What is shown is older.</p> : null}
      <Content asked={asked} {...(empty ? { empty } : {})}>{children}</Content>
    </section>
  );
}

function Content<T>({ asked, empty, children }: { readonly asked: Asked<T>; readonly empty?: (value: T) => ComponentChildren; readonly children: (value: T) => ComponentChildren }) {
  switch (asked.kind) {
    case 'loading':
      return <p class="state" role="status">Loading…</p>;
    case 'missing':
      return <p class="state" role="status">○ Not available on this server.</p>;
    case 'failed':
      return <p class="state problem" role="alert">✕ {asked.why}</p>;
    case 'here': {
      const nothing = empty?.(asked.value) ?? null;
      return nothing === null ? <>{children(asked.value)}</> : <div class="state">{nothing}</div>;
    }
  }
}
