/** A secret that was just made: shown once. */

import { useState } from 'preact/hooks';
import { useDesk } from '../context';
import { Dialog } from '../parts/dialog';

interface Props {
  readonly title: string;
  readonly secret: string;
  readonly use: string;
  readonly close: () => void;
}

export function Secret({ title, secret, use, close }: Props) {
  const { world } = useDesk();
  const [said, setSaid] = useState('');
  return (
    <Dialog title={title} close={close}>
      <p>⚠ Copy it now. It is shown this once.</p>
      <label>
        Secret
        <input class="secret" readOnly value={secret} onFocus={(event) => event.currentTarget.select()} />
      </label>
      <p class="muted">{use}</p>
      <div class="actions">
        <button onClick={() => void world.copy(secret).then((isCopied) => setSaid(isCopied ? '✓ Copied.' : 'Not copied: select it and copy it by hand.'))}>Copy</button>
        <span role="status">{said}</span>
        <button class="main" onClick={close}>I have it</button>
      </div>
    </Dialog>
  );
}
