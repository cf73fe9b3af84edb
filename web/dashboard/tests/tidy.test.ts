import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const web = new URL('../../', import.meta.url).pathname;
const root = join(web, 'dashboard');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(root, 'src', name), 'utf8') }));

test('the first script has at most 60 KB, gzipped, also with the charts; nothing asks for another host', () => {
  const read = (name: string): Buffer => readFileSync(join(web, 'dist/dashboard', name));
  const size = (name: string): number => gzipSync(read(name), { level: 9 }).length;
  expect(size('dashboard.js')).toBeGreaterThan(10_000);
  expect(size('dashboard.js') + size('plot.js')).toBeLessThanOrEqual(60 * 1024);
  for (const name of readdirSync(join(web, 'dist/dashboard'))) {
    const outside = read(name).toString().match(/(?:https?:)?\/\/(?!www\.w3\.org\/)[\w-]+\.\w[\w.]*/g) ?? [];
    expect(outside.filter((one) => !one.includes('acme')), name).toEqual([]);
  }
  expect(read('index.html').toString()).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
}, 60_000);

test('files stay short', () => {
  const lengths = sources.map(({ text }) => text.split('\n').length).sort((a, b) => a - b);
  expect(lengths.at(-1)).toBeLessThanOrEqual(300);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(150);
});

test('one file touches the document, and the token is kept in one place', () => {
  const touching = (what: RegExp): readonly string[] => sources.filter(({ text }) => what.test(text)).map(({ name }) => name);
  expect(touching(/\bdocument\./)).toEqual(['browser.ts']);
  expect(touching(/sessionStorage/)).toEqual(['browser.ts']);
  expect(touching(/localStorage|cookie\s*=|\.cookie|indexedDB/)).toEqual([]);
});

test('no text is taken for markup', () => {
  for (const { name, text } of sources) expect(text, name).not.toMatch(/dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacent|\beval\(|new Function/);
});

test('no file has an any or an unfinished mark', () => {
  for (const { name, text } of sources) expect(text, name).not.toMatch(/\bany\b[>;,)\]]|: any\b|as any|TODO|FIXME|XXX/);
});
