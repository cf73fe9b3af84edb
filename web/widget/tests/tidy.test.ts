import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url).pathname;
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|html|css)$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));
const sources = files.filter(({ name }) => name.startsWith('src/'));

test('files stay short', () => {
  const lengths = sources.map(({ text }) => text.split('\n').length).sort((a, b) => a - b);
  expect(lengths.at(-1)).toBeLessThanOrEqual(300);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(150);
});

test('one file touches the document', () => {
  const touching = sources.filter(({ text }) => /\bdocument\./.test(text)).map(({ name }) => name);
  expect(touching).toEqual(['src/page.ts']);
});

test('nothing is kept beyond the tab', () => {
  for (const { text } of sources) expect(text).not.toMatch(/localStorage|cookie|indexedDB/);
});

test('no file has an any, an unfinished mark or a comment about history', () => {
  for (const { name, text } of sources) expect(text, name).not.toMatch(/\bany\b[>;,)\]]|: any\b|as any|TODO|FIXME|XXX/);
});
