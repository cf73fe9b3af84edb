/** The token is pasted once and kept by this tab only. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Api } from './api';
import { type Me, me } from './organization';
import type { World } from './world';

interface Props {
  readonly world: World;
  /** Why the reader is here again. */
  readonly said: string | null;
  readonly enter: (token: string, me: Me) => void;
}

const NOT_VALID = 'This token is not valid here. Paste it whole, with the at_ at its beginning.';

export function Entry({ world, said, enter }: Props) {
  const kept = useRef(world.token.read());
  const [isBusy, setBusy] = useState(kept.current !== null);
  const [problem, setProblem] = useState(said);
  const field = useRef<HTMLInputElement>(null);

  const attempt = async (token: string): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const answer = await new Api(token, world.fetch, () => undefined).get('/api/v1/me', me);
    setBusy(false);
    if (answer.kind === 'ok') {
      world.token.keep(token);
      return enter(token, answer.value);
    }
    if (answer.kind === 'denied') world.token.forget();
    kept.current = answer.kind === 'denied' ? null : kept.current;
    setProblem(answer.kind === 'denied' ? NOT_VALID : answer.kind === 'missing' ? 'This server has no such page.' : answer.why);
    field.current?.focus();
  };
  useEffect(() => {
    world.title('Seats');
    if (kept.current !== null) void attempt(kept.current);
    else field.current?.focus();
  }, []);

  return (
    <main class="entry">
      <h1>MiraBridge Seats</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const token = field.current?.value.trim() ?? '';
          if (/^[\x21-\x7e]+$/.test(token)) void attempt(token);
          else setProblem(token === '' ? 'Paste a token first.' : NOT_VALID);
        }}
      >
        <label for="token">Admin token</label>
        <input id="token" ref={field} type="password" autocomplete="off" spellcheck={false} aria-describedby="token-hint" aria-invalid={problem !== null} />
        <p id="token-hint" class="muted">
          It stays in this tab and is forgotten when the tab is closed. The server names the file with its first token when it starts.
        </p>
        <p class="problem" role="alert">{problem === null ? '' : `✕ ${problem}`}</p>
        <button class="main" disabled={isBusy}>{isBusy ? 'Opening…' : 'Open'}</button>
      </form>
    </main>
  );
}
