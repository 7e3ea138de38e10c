import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../../Wsmq.Tests/PlainClients/support/eventually.js';
import { App } from '../support/app.js';
import { Browser, cookieOf } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Device } from '../support/worker.js';

const MESSAGES = 500;
const BODY = JSON.stringify('x'.repeat(256 * 1024 - 2));
const DEAD_LETTERS = 100_000;
const SENDERS = 8;

// Of all files of the page and all answers, as they come over the network.
const MOST_BYTES = 200_000;

// What the time of day and the length of numbers change.
const SAME = 1_000;
const ROWS = 50;

describe('the dashboard of a deployment with much in it', () => {
  const app = App.of({ isLarge: true });
  const browser = Browser.of();

  /** Opens a page, and returns how many bytes the browser has received for it. */
  async function open(parts, use) {
    let received = 0;
    await browser.open(undefined, async (page, context) => {
      const network = await context.newCDPSession(page);
      await network.send('Network.enable');
      network.on('Network.loadingFinished', ({ encodedDataLength }) => { received += encodedDataLength; });
      await page.goto(new URL(`wsmq-admin/#/${parts.map(encodeURIComponent).join('/')}`, app.root).href);
      await use(new Dashboard(page), page);
      await page.waitForLoadState('networkidle');
    }, { cookies: [cookieOf(app.root, 'olga')] });
    return received;
  }

  const rowsOf = (page, name) => page.getByRole('group', { name, exact: true }).locator('tbody tr');

  describe(`a log of ${MESSAGES} messages of 256 KiB`, () => {
    let sent = 0;

    async function fill(count) {
      await Promise.all(Array.from({ length: SENDERS }, async () => {
        while (sent < count) {
          sent++;
          await app.send('alice', 'user:bob', BODY);
        }
      }));
    }

    const look = () => open(['addresses', 'user:bob'], async (dashboard, page) => {
      await rowsOf(page, 'Entries').nth(ROWS - 1).waitFor();
      assert.equal(await rowsOf(page, 'Entries').count(), ROWS);
      await page.getByText(sent.toLocaleString('en'), { exact: true }).first().waitFor();
    });

    test('is shown by its 50 newest ones, with less than 200 KB, and as many as for a log that is smaller', async () => {
      await fill(MESSAGES / 4);
      const few = await look();
      await fill(MESSAGES);
      const many = await look();
      assert.equal((await app.call('olga', 'GET', '/addresses/user:bob')).entries, MESSAGES);
      assert.ok(many > 0 && many < MOST_BYTES, `${many} bytes`);
      assert.ok(Math.abs(many - few) < SAME, `${few} and ${many} bytes`);
    });
  });

  describe('100,000 dead letters', () => {
    before(async () => {
      const device = app.keep(await Device.start(app, 'carol', 'phone', 'no-handler'));
      await app.send('alice', 'user:carol', '"broken"');
      await eventually('it is a dead letter', async () => (await app.call('olga', 'GET', '/users/carol/dead-letters')).length === 1);
      await device.stop();
      const url = new URL(`many-dead-letters?count=${DEAD_LETTERS - 1}`, app.root);
      assert.equal((await fetch(url, { method: 'POST' })).status, 200);
    });

    test('are shown 50 at a time, with less than 200 KB', async () => {
      const received = await open(['dead-letters'], async (dashboard, page) => {
        await rowsOf(page, 'Dead letters').nth(ROWS - 1).waitFor();
        assert.equal(await rowsOf(page, 'Dead letters').count(), ROWS);
        await dashboard.press('More');
        await rowsOf(page, 'Dead letters').nth(2 * ROWS - 1).waitFor();
        assert.equal(await rowsOf(page, 'Dead letters').count(), 2 * ROWS);
        await dashboard.press('Replay all…');
        await dashboard.dialog.getByText(DEAD_LETTERS.toLocaleString('en'), { exact: true }).waitFor();
      });
      assert.ok(received > 0 && received < MOST_BYTES, `${received} bytes`);
    });
  });
});
