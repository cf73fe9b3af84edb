/** What was asked of the server, in its states. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Answer, why } from '../api';

export type Asked<T> =
  | { readonly kind: 'loading' }
  /** `failed`: why it could not be asked for again; what is shown is old then. */
  | { readonly kind: 'here'; readonly value: T; readonly version: string | null; readonly failed: string | null }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly why: string };

/** Between two tries. */
const AGAIN_MS = 5_000;

/**
 * Asks when `because` changes, and every `everyMs`; after a failure again soon. What was known stays
 * while the same is asked for again, also since something of `further` changed.
 */
export function useAsked<T>(ask: () => Promise<Answer<T>>, because: readonly unknown[], everyMs: number | null = null, further: readonly unknown[] = []): readonly [Asked<T>, () => void] {
  const [asked, setAsked] = useState<Asked<T>>({ kind: 'loading' });
  const [round, setRound] = useState(0);
  const subject = useRef(because);
  const again = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (subject.current.some((one, place) => one !== because[place])) setAsked({ kind: 'loading' });
    subject.current = because;
    void ask().then((answer) => {
      if (!isCurrent) return;
      setAsked((before) => after(before, answer));
      const isDown = answer.kind === 'unreachable' || (answer.kind === 'refused' && answer.status >= 500);
      const wait = isDown ? AGAIN_MS : everyMs;
      if (wait !== null) timer = setTimeout(again, wait);
    });
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [...because, ...further, round]);
  return [asked, again];
}

export function after<T>(before: Asked<T>, answer: Answer<T>): Asked<T> {
  if (answer.kind === 'ok') return { kind: 'here', value: answer.value, version: answer.version, failed: null };
  if (answer.kind === 'missing') return { kind: 'missing' };
  return before.kind === 'here' ? { ...before, failed: why(answer) } : { kind: 'failed', why: why(answer) };
}
