/** What tabs of one origin say to each other. Checked at the door. */

import { type Credentials, type Ending, readCredentials, readEnding } from '../memory';
import { isFields } from '../wire';

export type TabMessage = { readonly from: string } & (
  | { readonly say: 'follow' | 'take' }
  /** From one that has just come, perhaps after a reload. */
  | { readonly say: 'hello'; readonly credentials: Credentials | null }
  /** From the leader. */
  | { readonly say: 'here'; readonly credentials: Credentials | null }
  /** From one that waits for a leader that may be gone. */
  | { readonly say: 'known'; readonly credentials: Credentials }
  | { readonly say: 'yours'; readonly to: string; readonly credentials: Credentials | null }
  | { readonly say: 'over'; readonly ending: Ending }
);

export function readTabMessage(value: unknown): TabMessage | null {
  if (!isFields(value)) return null;
  const { say, from, to } = value;
  if (typeof from !== 'string') return null;
  const credentials = readCredentials(value['credentials']);
  switch (say) {
    case 'follow':
    case 'take':
      return { say, from };
    case 'hello':
    case 'here':
      return { say, from, credentials };
    case 'known':
      return credentials && { say, from, credentials };
    case 'yours':
      return typeof to === 'string' ? { say, from, to, credentials } : null;
    case 'over': {
      const ending = readEnding(value['ending']);
      return ending && { say, from, ending };
    }
    default:
      return null;
  }
}
