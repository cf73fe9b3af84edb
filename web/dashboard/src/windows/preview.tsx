/** What agents will read of a window, in the words of their widget. */

/** As in the widget's own texts; a test compares them. */
export const SAID = {
  planned: ['Maintenance is planned', 'You stay logged in.'],
  underWay: ['Maintenance', 'You stay logged in.'],
  maintenance: ['Maintenance', 'Genesys Cloud works as usual: you can take calls. MiraBridge logs you in when it is over.'],
} as const;

export function Preview({ message, refuses }: { readonly message: string; readonly refuses: boolean }) {
  const said = [
    ['Beforehand, whoever is logged in:', SAID.planned, message],
    ['While it runs, whoever is logged in:', SAID.underWay, message],
    ...(refuses ? [['While it runs, whoever wants to log in:', SAID.maintenance, ''] as const] : []),
  ] as const;
  return (
    <div class="wide" aria-label="What agents will read" role="group">
      {said.map(([when, [title, text], more]) => (
        <div key={when}>
          <span class="muted">{when}</span>
          <blockquote><strong>{title}</strong> {text} {more}</blockquote>
        </div>
      ))}
    </div>
  );
}
