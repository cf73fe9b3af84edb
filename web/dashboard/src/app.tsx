/** With a token the desk, without one the entry. */

import { useCallback, useState } from 'preact/hooks';
import type { Me } from './organization';
import { Desk } from './desk';
import { Entry } from './entry';
import type { World } from './world';

export function App({ world }: { readonly world: World }) {
  const [entered, setEntered] = useState<{ readonly token: string; readonly me: Me } | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const leave = useCallback((why: string | null) => {
    world.token.forget();
    setSaid(why);
    setEntered(null);
  }, []);
  if (entered) return <Desk key={entered.token} world={world} token={entered.token} me={entered.me} leave={leave} />;
  return <Entry world={world} said={said} enter={(token, me) => setEntered({ token, me })} />;
}
