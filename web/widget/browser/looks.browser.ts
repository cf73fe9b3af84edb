import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { STATES } from '../tests/states';
import { open, sees, violations } from './browser';
import { hostPages, picturesIn, scene } from './scene';

const built = new URL('../../dist/widget/', import.meta.url).pathname;
const PICTURES = picturesIn('widget');
const NOW = Date.UTC(2026, 0, 5, 8);

const stage = scene('[[organization]]\nid = "acme"\nseats = 1\n');
const scripts = ['seat.js', 'element.js'];
const host = hostPages(
  (path) => {
    const name = path.slice(1);
    if (scripts.includes(name)) return readFileSync(join(built, name));
    return `<!doctype html><html lang="en"><title>A host page</title><main><h1>CRM</h1></main>
      ${scripts.map((script) => `<script src="/${script}"></script>`).join('')}`;
  },
  { js: 'text/javascript' },
);

/** A page that holds an element in `state`, at NOW. */
async function show(page: Page, state: unknown, language: string, longer = false): Promise<void> {
  await page.evaluate(
    ([shown, lang, isLonger]) => {
      const seat = {
        state: shown,
        subscribe: (listener: (state: unknown) => void) => (listener(shown), () => undefined),
        diagnostics: () => ({ version: '0.1.0', state: 'active', session: '6e0c3d', closes: [1006, 1012], locks: true }),
        dispose: () => undefined,
      };
      document.querySelector('mirabridge-seat')?.remove();
      const element = document.createElement('mirabridge-seat') as HTMLElement & Record<string, unknown>;
      Object.assign(element, { seat, lang, openWindow: () => undefined });
      document.querySelector('main')?.append(element);
      if (!isLonger) return;
      // As in a language that needs 40 % more: each text grows, in words as long as the longest.
      const grow = (node: Element | null): void => {
        if (node?.textContent) node.textContent += ` ${node.textContent.slice(0, Math.ceil(node.textContent.length * 0.4))}`;
      };
      for (const part of element.shadowRoot?.querySelectorAll('p, button, label, summary') ?? []) grow(part);
    },
    [state, language, longer] as const,
  );
}

async function hostPage(context: BrowserContext, width: number): Promise<Page> {
  const page = await open(context, host().origin);
  await page.setViewportSize({ width, height: 420 });
  await page.clock.setFixedTime(NOW);
  return page;
}

test.each(['light', 'dark'] as const)('no state has a violation that axe can find (%s)', async (colorScheme) => {
  const context = await stage.fresh({ colorScheme, deviceScaleFactor: 1 });
  const page = await hostPage(context, 380);
  for (const [name, state] of Object.entries(STATES(NOW))) {
    for (const language of ['en', 'de']) {
      await show(page, state, language);
      if (language === 'en' || colorScheme === 'light') expect(await violations(page), `${name}, ${language}`).toEqual([]);
      const isKept = PICTURES && (language === 'en' ? colorScheme === 'light' : ['refused', 'reconnecting'].includes(name));
      if (!isKept || colorScheme === 'dark') continue;
      const file = `${name.replaceAll(' ', '-')}${language === 'en' ? '' : `.${language}`}.png`;
      await page.locator('mirabridge-seat').screenshot({ path: join(PICTURES, file) });
    }
  }
  if (PICTURES && colorScheme === 'dark') {
    await show(page, STATES(NOW)['refused'], 'en');
    await page.locator('mirabridge-seat').screenshot({ path: join(PICTURES, 'refused.dark.png') });
  }
});

test('what is opened with a click has no violation either: a code to type in, a note, the diagnostics', async () => {
  const context = await stage.fresh({ deviceScaleFactor: 1 });
  const page = await hostPage(context, 380);
  const picture = async (name: string): Promise<void> => {
    expect(await violations(page), name).toEqual([]);
    if (PICTURES) await page.locator('mirabridge-seat').screenshot({ path: join(PICTURES, `${name}.png`) });
  };
  await show(page, STATES(NOW)['refused'], 'en');
  await page.getByRole('button', { name: 'Use a hand-off code' }).click();
  expect(await page.evaluate(() => document.querySelector('mirabridge-seat')?.shadowRoot?.activeElement?.id)).toBe('entry');
  await picture('hand-off-entry');
  await show(page, STATES(NOW)['refused'], 'en');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy a note for my supervisor' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^At \d\d:\d\d.* I got no MiraBridge seat: all 50 seats of our organization were in use\./);
  await picture('note-copied');
  await show(page, STATES(NOW)['active'], 'en');
  await page.getByText('Diagnostics', { exact: true }).click();
  await page.getByRole('button', { name: 'Copy diagnostics' }).click();
  await page.getByText('Copied.').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^version: .*\nstate: active\nsession: 6e0c3d\ncloses: 1006 1012\nlocks: true$/);
  await picture('diagnostics');
});

test('texts that are 40 % longer fit, at the width of a sidebar', async () => {
  const page = await hostPage(stage.context, 260);
  for (const [name, state] of Object.entries(STATES(NOW))) {
    for (const language of ['en', 'de']) {
      await show(page, state, language, true);
      const tooWide = await page.evaluate(() => {
        const root = document.querySelector('mirabridge-seat')?.shadowRoot;
        const wide = [...(root?.querySelectorAll('*') ?? [])].filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0);
        return [document.documentElement.scrollWidth > innerWidth, ...wide.map((part) => part.outerHTML)];
      });
      expect(tooWide, `${name}, ${language}`).toEqual([false]);
    }
  }
});

test.each([
  ['de-AT', '', 'de', 'Aktiv'],
  ['de-AT', '#lang=en', 'en', 'Active'],
  ['fr-FR', '', 'en', 'Active'],
])('the frame speaks the language of the browser, or the one it is told (%s %s)', async (locale, fragment, language, title) => {
  const context = await stage.fresh({ locale });
  const page = await open(context, `${stage.server.origin}/widget/frame.html?org=acme${fragment}`);
  await sees(page, title);
  expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
});

test('everything can be done with the keyboard', async () => {
  const page = await open(stage.context, `${stage.server.origin}/widget/frame.html?org=acme#manual`);
  await sees(page, 'Not logged in');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await sees(page, 'Active');
  await page.getByRole('button', { name: 'Log out' }).focus();
  await page.keyboard.press('Space');
  await sees(page, 'Logged out');
  expect(await violations(page)).toEqual([]);
});
