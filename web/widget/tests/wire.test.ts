import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readServerMessage } from '../src/wire';
import { Desk } from './desk';

const examples = (name: string): readonly Readonly<Record<string, unknown>>[] =>
  JSON.parse(readFileSync(new URL(`../../../tests/wire/${name}.json`, import.meta.url), 'utf8'));

test('every example of the server is understood', () => {
  for (const example of examples('server')) {
    expect(readServerMessage(JSON.stringify(example)), JSON.stringify(example)).toMatchObject(example);
  }
});

test('everything that the widget sends has the shape of an example', () => {
  const known = examples('client').map((example) => ({ type: example['type'], fields: new Set(Object.keys(example)) }));
  const desk = new Desk({ key: 'wk_AAAA' });
  desk.open().say(desk.seated());
  desk.client.setOnCall(true);
  desk.client.requestHandoff();
  desk.client.cancelHandoff();
  desk.advance(3_000);
  desk.client.wake();
  desk.say({ type: 'heartbeat' });
  desk.close(1006);
  desk.advance(2_000);
  desk.open().say(desk.seated());
  desk.client.logout();

  const types = new Set(desk.sent.map(({ type }) => type));
  expect(types).toEqual(new Set(known.map(({ type }) => type)));
  for (const message of desk.sent) {
    const fields = known.filter(({ type }) => type === message['type']).flatMap((one) => [...one.fields]);
    expect(fields).toEqual(expect.arrayContaining(Object.keys(message)));
  }
});

test('what is no message of the contract is nothing', () => {
  const bad: unknown[] = [
    '', 'null', '[]', '7', '{', '{}', '{"type":"toString"}', '{"type":"seated"}', undefined, new Uint8Array(2),
    '{"type":"waiting","position":"1","ahead":0}', '{"type":"waiting","position":-1,"ahead":0}',
    '{"type":"draining","reconnect_after_ms":1e999,"maintenance":false}', '{"type":"notice","notice":{}}',
  ];
  for (const data of bad) expect(readServerMessage(data)).toBeNull();
});
