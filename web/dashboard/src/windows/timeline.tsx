/** Maintenance windows on a line of time. */

import { useDesk, useLive, useNow } from '../context';
import { isOver, type Maintenance } from '../plans';
import { date, day, length, MINUTE, near } from '../words/time';
import { WORDS } from './state';
import { place, type Span, SPANS, spanOf, stretch, within } from './stretch';

const MOST = 30;

export function SpanChoice() {
  const { place: at, go } = useDesk();
  const chosen = spanOf(at.query['span']);
  return (
    <div role="group" aria-label="Stretch of the timeline" class="choices">
      {(Object.keys(SPANS) as Span[]).map((span) => <button key={span} aria-pressed={span === chosen} onClick={() => go({ query: { ...at.query, span } }, true)}>{SPANS[span][0]}</button>)}
    </div>
  );
}

export function Timeline({ windows }: { readonly windows: readonly Maintenance[] }) {
  const { place: at } = useDesk();
  const { zone } = useLive();
  const span = spanOf(at.query['span']);
  const now = Math.floor(useNow() / MINUTE) * MINUTE;
  const shown = stretch(span, now, zone);
  const seen = within(shown, windows).slice(0, MOST);
  const elsewhere = windows.length - seen.length;
  return (
    <>
      <div class="timeline">
        <ol class="rows-of-time">
          {[...seen].sort((a, b) => a.startsAt - b.startsAt).map((one) => {
            const left = place(shown, one.startsAt);
            const words = `${near(one.startsAt, now, zone)}, for ${length(one.endsAt - one.startsAt)}`;
            return (
              <li key={one.id} class={isOver(one) ? 'muted' : ''}>
                <span>{WORDS[one.state] ?? one.state}: {one.title}, {words}{one.newLogins === 'refused' ? ', ✕ no new logins' : ''}</span>
                <div class="track" aria-hidden="true">
                  <i class={one.state} title={`${one.title}: ${words}`} style={{ left: `${left}%`, width: `${place(shown, one.endsAt) - left}%` }} />
                  <b style={{ left: `${place(shown, now)}%` }} />
                </div>
              </li>
            );
          })}
        </ol>
        <p class="ticks" aria-hidden="true">{shown.ticks.slice(0, -1).map((tick) => <span key={tick}>{span === '365d' ? date(tick, zone) : day(tick, zone)}</span>)}</p>
      </div>
      <p class="muted">
        {seen.length === 0 ? '○ No window is in this stretch. ' : <span aria-hidden="true"><i class="key now" />now. </span>}
        {elsewhere > 0 ? `${elsewhere} more ${elsewhere === 1 ? 'is' : 'are'} outside of it; the list below has all.` : ''}
      </p>
    </>
  );
}
