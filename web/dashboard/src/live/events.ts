/** Server-sent events out of the text as it comes, in pieces of any length. */

export interface LiveEvent {
  readonly kind: string;
  readonly id: string;
  readonly data: string;
}

/** Lines longer than this are not ours. */
const LONGEST = 64 * 1024 * 1024;

export class EventReader {
  private rest = '';
  private kind = '';
  private id = '';
  private data: string[] = [];

  /** The events that `piece` completes. */
  read(piece: string): readonly LiveEvent[] {
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    if (this.rest.length > LONGEST) throw new Error('a line without an end');
    return lines.flatMap((line) => this.take(line));
  }

  private take(line: string): readonly LiveEvent[] {
    if (line === '') return this.complete();
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.kind = value;
    else if (name === 'id') this.id = value;
    else if (name === 'data') this.data.push(value);
    return [];
  }

  private complete(): readonly LiveEvent[] {
    const { kind, id, data } = this;
    this.kind = '';
    this.data = [];
    return data.length === 0 ? [] : [{ kind: kind === '' ? 'message' : kind, id, data: data.join('\n') }];
  }
}
