/** What came of a test, webhook by webhook. */

import type { Answer } from '../api';
import { path, useDesk, useLive, useNow } from '../context';
import { paged } from '../door';
import { useAsked } from '../parts/asked';
import { near, SECOND } from '../words/time';
import { type Delivery, delivery, STATES, type Webhook } from './webhook';

interface Props {
  /** The ids of the deliveries. */
  readonly sent: readonly string[];
  readonly hooks: readonly Webhook[];
}

interface Came {
  readonly hook: Webhook;
  readonly one: Delivery;
}

export function TestResult({ sent, hooks }: Props) {
  const { api, id } = useDesk();
  const { zone } = useLive();
  const now = useNow();
  const ask = async (): Promise<Answer<readonly Came[]>> => {
    const came: Came[] = [];
    for (const hook of hooks) {
      const answer = await api.get(path(id, `/webhooks/${hook.id}/deliveries`), paged(delivery));
      if (answer.kind !== 'ok') return answer;
      came.push(...answer.value.items.filter((one) => sent.includes(one.id)).map((one) => ({ hook, one })));
    }
    return { kind: 'ok', value: came, version: null };
  };
  const [asked] = useAsked(ask, [], SECOND);
  if (asked.kind !== 'here') return <p role="status">{asked.kind === 'failed' ? `✕ ${asked.why}` : 'A test is on its way…'}</p>;
  return (
    <div role="status" aria-label="What came of the test">
      <ul class="plain">
        {asked.value.map(({ hook, one }) => {
          const [tone, icon, word] = STATES[one.state];
          return (
            <li key={one.id}>
              <span class={tone}>{icon} {word}</span> to {hook.url}{one.last === '' ? '' : `: ${one.last}`}{one.nextAt === null ? '' : `. The next try is at ${near(one.nextAt, now, zone)}`}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
