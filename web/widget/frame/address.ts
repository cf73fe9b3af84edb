/** What the address of the frame says. The organization is in the query, so that the server can name its pages. */

export interface Address {
  readonly org: string;
  /** The origin of the page around the frame; without it nobody is listened to. */
  readonly host: string | null;
  readonly ticket: string | null;
  /** The host gives a signed token when it is asked. */
  readonly asksForToken: boolean;
  /** For the element, name and value. */
  readonly attributes: readonly (readonly [string, string])[];
}

const PASSED_ON = ['key', 'agent', 'lang', 'manual', 'wait'];

/** `query` and `fragment` with their `?` and `#`. What follows `#` never leaves the browser. */
export function readAddress(query: string, fragment: string): Address {
  const hidden = new URLSearchParams(fragment.slice(1));
  return {
    org: new URLSearchParams(query).get('org') ?? '',
    host: exactOrigin(hidden.get('host')),
    ticket: hidden.get('ticket'),
    asksForToken: hidden.has('token'),
    attributes: PASSED_ON.flatMap((name) => {
      const value = hidden.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
  };
}

/** The same fragment for a window that takes the session over, or without that. */
export function withTicket(fragment: string, ticket: string | null): string {
  const hidden = new URLSearchParams(fragment.slice(1));
  if (ticket === null) hidden.delete('ticket');
  else hidden.set('ticket', ticket);
  return `#${hidden}`;
}

function exactOrigin(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const { origin } = new URL(text);
  return origin === 'null' ? null : origin;
}
