import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { open, seatPage, sees, violations } from '../../widget/browser/browser';
import { scene, shared } from '../../widget/browser/scene';
import { SeatServer } from '../../widget/browser/server';
import { Desk } from './desk';

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Who is told: what came, and what it answers. */
class Receiver {
  readonly got: Got[] = [];
  answer = 204;
  private constructor(private readonly server: Server) {}

  static async listen(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (piece) => (body += String(piece)));
      request.on('end', () => {
        receiver.got.push({ headers: request.headers, body });
        response.writeHead(receiver.answer).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  end(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const receiver = shared(() => Receiver.listen(), (one) => one.end());
const stage = scene(() => SeatServer.start('[[organization]]\nid = "acme"\nname = "Acme"\nseats = 2\n', { more: ['--allow-private-webhooks'] }));

test('a webhook is added with a secret shown once, tried with what came of it seen, told of an incident, and removed', async () => {
  const context = await stage.fresh({ viewport: { width: 1280, height: 900 } });
  const desk = await Desk.enter(context, stage.server, '#/acme/maintenance?part=alerts');
  const { page } = desk;
  await desk.settled();
  expect(await page.getByText('○ There is no webhook').count()).toBe(1);
  await page.getByLabel('URL of a new webhook').fill(receiver().url);
  await page.getByLabel('maintenance.updated').uncheck();
  await page.getByRole('button', { name: 'Add it' }).click();
  const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
  expect(secret).toMatch(/^whsec_/);
  await page.getByRole('button', { name: 'I have it' }).click();
  expect(await page.content()).not.toContain(secret);
  const row = page.getByRole('group', { name: 'Webhooks' }).locator('tbody tr');
  await expect.poll(() => row.allInnerTexts()).toEqual([expect.stringMatching(/● Active.*12 types/s)]);

  await page.getByRole('button', { name: 'Send a test' }).click();
  const result = page.getByRole('status', { name: 'What came of the test' });
  await expect.poll(() => result.innerText(), { timeout: 10_000 }).toMatch(/✓ Delivered to http.*: taken, 204, in \d+ ms/);
  const { headers, body } = receiver().got[0] ?? { headers: {}, body: '' };
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const made = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${made}`);
  expect(await violations(page)).toEqual([]);

  // Somebody who does not take it: the next try is told, and it is made again by hand.
  receiver().answer = 500;
  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect.poll(() => result.innerText(), { timeout: 10_000 }).toMatch(/◔ Waiting to http.*: refused, 500, in \d+ ms\. The next try is at/);
  await page.getByRole('button', { name: 'Deliveries' }).click();
  const sent = page.getByRole('group', { name: 'Deliveries' }).locator('tbody tr');
  await expect.poll(() => sent.count()).toBe(2);
  expect(await sent.first().innerText()).toMatch(/test\.ping.*◔ Waiting/s);
  expect(await violations(page)).toEqual([]);
  receiver().answer = 204;
  const before = receiver().got.length;
  await sent.nth(1).getByRole('button', { name: 'Again' }).click();
  await expect.poll(() => receiver().got.length, { timeout: 10_000 }).toBeGreaterThan(before);
  await expect.poll(() => page.getByText('✓ 1 delivery made again.').count()).toBe(1);
  await expect.poll(() => page.url()).toContain('hook=');

  // An incident says that somebody was told.
  await stage.server.ask('PUT', '/organizations/acme/alerts', { levels: [{ percent: 50, hold_s: 0 }] });
  await sees(await open(stage.context, seatPage(stage.server.origin, 'acme', '1')), 'Active');
  const incident = page.getByRole('group', { name: 'Incidents' }).locator('tbody tr').first();
  await expect.poll(() => incident.innerText(), { timeout: 30_000 }).toMatch(/level of 50 %.*✓ 1 delivered/s);

  await page.getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await expect.poll(() => row.count()).toBe(0);
  expect(await stage.server.ask('GET', '/organizations/acme/webhooks')).toMatchObject({ items: [] });
  await desk.close();
});

test('a URL that may be no webhook’s is refused with why; without a webhook no test is offered', async () => {
  const desk = await Desk.enter(stage.context, stage.server, '#/acme/maintenance?part=alerts');
  await desk.settled();
  await desk.page.getByLabel('URL of a new webhook').fill('http://user@127.0.0.1/');
  await desk.page.getByRole('button', { name: 'Add it' }).click();
  await expect.poll(() => desk.page.locator('.problem:not(:empty)').count()).toBe(1);
  expect(await desk.page.getByRole('button', { name: 'Send a test' }).count()).toBe(0);
  await desk.close();
});
