/** Something that is done at the server, once at a time, and what came of it. */

import { useState } from 'preact/hooks';
import { type Answer, why } from '../api';

export interface Act {
  readonly isBusy: boolean;
  readonly problem: string | null;
  /** Does it; what `then` does is only done where it went well. */
  readonly run: <T>(ask: () => Promise<Answer<T>>, then: (value: T) => void) => void;
}

export function useAct(): Act {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  return {
    isBusy,
    problem,
    run: (ask, then) => {
      if (isBusy) return;
      setBusy(true);
      setProblem(null);
      void ask().then((answer) => {
        setBusy(false);
        if (answer.kind === 'ok') then(answer.value);
        else setProblem(words(answer));
      });
    },
  };
}

function words(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): string {
  if (answer.kind !== 'refused') return why(answer);
  if (answer.status === 412) return 'Somebody else changed this meanwhile. What is shown is new now; look again.';
  return answer.why;
}

export const Problem = ({ of }: { readonly of: Act }) => <p class="problem" role="alert">{of.problem === null ? '' : `✕ ${of.problem}`}</p>;
