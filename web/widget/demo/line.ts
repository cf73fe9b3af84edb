/** A line that can be lost and a page that can stop, for the demonstration only: the widget's script knows nothing of it. */

type Trouble = 'lost' | 'frozen' | null;

const sockets = new Set<DemoSocket>();
let trouble: Trouble = null;
const held: (() => void)[] = [];

class DemoSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    // A port that nobody listens on: the browser says what it says when a line is lost.
    super(trouble === 'lost' ? 'ws://127.0.0.1:9/' : url, protocols);
    sockets.add(this);
    this.addEventListener('close', () => sockets.delete(this));
  }

  override set onmessage(listener: ((this: WebSocket, event: MessageEvent) => unknown) | null) {
    super.onmessage = listener && ((event) => unlessFrozen(() => listener.call(this, event)));
  }
}

function unlessFrozen(task: () => void): void {
  if (trouble === 'frozen') held.push(task);
  else task();
}

/** A frozen page hears nothing and its clocks stand; all of it comes at once afterwards. */
const timeout = window.setTimeout.bind(window);
const heldTimeout = (task: TimerHandler, ms?: number): number =>
  timeout(() => unlessFrozen(() => (typeof task === 'function' ? task() : undefined)), ms);

Object.assign(window, { WebSocket: DemoSocket, setTimeout: heldTimeout });

addEventListener('message', ({ data, source }) => {
  if (source !== window.parent || data?.type !== 'demo') return;
  if (data.what === 'reload') return location.reload();
  trouble = data.what === 'lose' ? 'lost' : data.what === 'freeze' ? 'frozen' : null;
  if (trouble === 'lost') for (const socket of sockets) lose(socket);
  if (trouble === null) for (const task of held.splice(0)) task();
});

function lose(socket: DemoSocket): void {
  const { onclose } = socket;
  socket.close();
  socket.onclose = null;
  onclose?.call(socket, new CloseEvent('close', { code: 1006 }));
}
