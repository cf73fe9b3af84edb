/** A line to the server on which more can be said than the server says: its words as the contract has them. */

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class SpokenLine {
  /** While it is set, each login without a hand-off code gets this answer, and the server hears nothing of it. */
  refusal: { readonly message: object; readonly code: number } | null = null;
  refused = 0;
  private readonly widgets = new Set<Socket>();
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;

  static async to(address: string): Promise<SpokenLine> {
    const line = new SpokenLine();
    const [host = '', port = ''] = address.split(':');
    line.server = createServer((near) => line.join(near, connect(Number(port), host)));
    await new Promise<void>((resolve) => line.server?.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  /** To every widget, between two messages of the server. */
  say(message: object): void {
    for (const widget of this.widgets) widget.write(textFrame(message));
  }

  end(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server?.close();
  }

  private refuse(widget: Socket, { message, code }: NonNullable<SpokenLine['refusal']>): void {
    this.refused++;
    this.widgets.delete(widget);
    widget.end(Buffer.concat([textFrame(message), closeFrame(code)]));
  }

  private join(near: Socket, far: Socket): void {
    let phase: 'pages' | 'greets' | 'speaks' | 'refused' = 'pages';
    near.on('data', (data) => {
      // The request to upgrade comes in one piece, and whatever follows it is a frame.
      if (/^upgrade: websocket/im.test(data.toString('latin1'))) {
        this.widgets.add(near);
        phase = 'greets';
      } else if (phase === 'greets') {
        phase = this.refusal && isLogin(data) ? 'refused' : 'speaks';
        if (this.refusal && phase === 'refused') this.refuse(near, this.refusal);
      }
      if (phase !== 'refused') far.write(data);
    });
    far.on('data', (data) => {
      if (phase !== 'refused') near.write(data);
    });
    for (const [one, other] of [[near, far], [far, near]] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        this.widgets.delete(one);
        other.destroy();
      });
    }
  }
}

/** Whether a frame, short and masked as a widget's first one is, asks for a seat that nobody gives up. */
function isLogin(frame: Buffer): boolean {
  const start = ((frame[1] ?? 0) & 127) < 126 ? 2 : 4;
  const text = frame.subarray(start + 4).map((byte, place) => byte ^ (frame[start + (place % 4)] ?? 0));
  const message = JSON.parse(Buffer.from(text).toString()) as { readonly type: string; readonly handoff?: string };
  return message.type === 'login' && message.handoff === undefined;
}

function textFrame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const length = text.length < 126 ? [text.length] : [126, text.length >> 8, text.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length]), text]);
}

const closeFrame = (code: number): Buffer => Buffer.from([0x88, 2, code >> 8, code & 255]);
