import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../../Wsmq.Tests/PlainClients/support/eventually.js';
import { App } from '../support/app.js';
import { Browser, cookieOf } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Held } from '../support/held.js';
import { Device } from '../support/worker.js';

const PATIENCE = 30_000;
const EXPECTED = /status of (401|403)/;
const JOBS = 5_000;

// How often a tail tries again, in milliseconds.
const WAIT = 2_000;

describe('answers that the dashboard does not need any more', () => {
  const app = App.of({ isLarge: true });
  const browser = Browser.of();
  const open = (user, parts, use) => browser.open(new URL(`wsmq-admin/#/${parts.map(encodeURIComponent).join('/')}`, app.root).href,
    page => use(new Dashboard(page), page), { cookies: [cookieOf(app.root, user)], expected: EXPECTED });

  /** Sends many messages with one request for each 100. */
  async function sendMany(user, to, count) {
    for (let sent = 0; sent < count; sent += 100) {
      await app.call(user, 'POST', '/messages', Array.from({ length: 100 }, (_, i) => ({ to, type: 'chat', body: sent + i })));
    }
  }

  /** Lets a page wait as long as for several attempts of a tail. A request of the test is after those of the page, if there are any. */
  async function waits(page, address) {
    for (let i = 0; i < 5; i++) await page.clock.runFor(WAIT);
    const url = new URL(`wsmq-api/addresses/${address}/events`, app.root).href;
    await page.evaluate(async url => { await (await fetch(url)).body.cancel(); }, url);
  }

  before(async () => {
    for (const [user, count] of [['bob', 1], ['carol', 2]]) {
      const device = app.keep(await Device.start(app, user, 'phone', 'no-handler'));
      for (let i = 0; i < count; i++) await app.send('alice', `user:${user}`, String(i));
      await eventually('they are dead letters', async () => (await app.call('olga', 'GET', `/users/${user}/dead-letters`)).length === count);
      await device.stop();
    }
  });

  for (const [name, fields] of [['Purge…', { 'which jobs': 'ready' }], ['Delete all…', { 'Type work:emails to confirm': 'work:emails' }]]) {
    test(`${name} that runs ends when it is stopped`, async () => {
      await app.call('mona', 'DELETE', '/queues/work:emails');
      await sendMany(`sender-of-${name[0]}`, 'work:emails', JOBS);
      await open('mona', ['queues', 'work:emails'], async (dashboard, page) => {
        const steps = await Held.of(page, /(purge|queues\/work:emails)\?.*next=/);
        await dashboard.press(name);
        for (const [label, value] of Object.entries(fields)) {
          const field = dashboard.dialog.getByLabel(label);
          await (name.startsWith('P') ? field.selectOption(value) : field.fill(value));
        }

        await dashboard.press(name.replace('…', ''), dashboard.dialog);
        await eventually('the second step is on its way', () => steps.count === 1, PATIENCE);
        await dashboard.press('Stop', dashboard.dialog);
        await dashboard.dialog.waitFor({ state: 'hidden' });
        await steps.release();
        const reloaded = page.waitForResponse(/queues\/work:emails\/jobs/);
        await dashboard.press('Reload', dashboard.region('Jobs'));
        await reloaded;
        assert.equal(steps.requests.length, 1, 'no step after the one that was on its way');
        assert.ok((await app.call('mona', 'GET', '/queues/work:emails')).ready > 0);
        await page.getByRole('status').getByText(/^[\d,]+ removed/).waitFor();
      });
    });
  }

  test('the count of an older filter does not appear under a newer one', () => open('olga', ['dead-letters'], async (dashboard, page) => {
    const counts = await Held.of(page, '**/dead-letters/count', number => number === 1);
    await dashboard.row('Dead letters', 'carol').nth(1).waitFor();
    await dashboard.press('Replay all…');
    await eventually('it is being counted', () => counts.count === 1, PATIENCE);
    await dashboard.press('Cancel', dashboard.dialog);
    await page.getByLabel('user').fill('bob');
    await dashboard.press('Filter');
    await dashboard.press('Replay all…');
    const number = dashboard.dialog.locator('strong');
    await number.getByText('1', { exact: true }).waitFor();
    await counts.release();
    await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    assert.equal(await number.textContent(), '1');
  }));

  test('further entries are not waited for when the list is another one', async () => {
    await sendMany('frank', 'user:dave', 100);
    await open('rita', ['addresses', 'user:dave'], async (dashboard, page) => {
      const pages = await Held.of(page, /entries\?.*before=/);
      await dashboard.press('More');
      await eventually('they are on their way', () => pages.count === 1, PATIENCE);
      const givenUp = page.waitForEvent('requestfailed', request => request === pages.requests[0]);
      await page.getByLabel('newest first').uncheck();
      await givenUp;
      await page.locator('td.preview').first().getByText('0', { exact: true }).waitFor();
      await pages.release();
      await dashboard.press('More');
      await page.locator('td.preview').nth(99).waitFor();
      assert.deepEqual(await page.locator('td.preview').allTextContents(), Array.from({ length: 100 }, (_, i) => String(i)));
    });
  });

  test('a tail that is refused for good is not asked for again, until the operator says so', () => open('gus', ['tail'], async (dashboard, page) => {
    await page.clock.install();
    const asked = await Held.of(page, '**/addresses/user:alice/events', () => false);
    await dashboard.go('tail', 'user:alice');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await dashboard.press('Try again');
    await eventually('it was asked again', () => asked.requests.length === 2, PATIENCE);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await waits(page, 'user:alice');
    assert.equal(asked.requests.length, 3, 'that of the test is the last one');
  }));

  test('a tail that the server ends for good is over', () => open('bert', ['tail'], async (dashboard, page) => {
    await page.clock.install();
    const asked = await Held.of(page, '**/addresses/user:dave/events', () => false);
    await dashboard.go('tail', 'user:dave');
    await page.getByRole('status').getByText('connected').waitFor();
    await app.call('olga', 'PUT', '/users/bert/ban');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await app.call('olga', 'DELETE', '/users/bert/ban');
    await waits(page, 'user:dave');
    assert.equal(asked.requests.length, 2, 'its own, and that of the test');
    await dashboard.press('Try again');
    await page.getByRole('status').getByText('connected').waitFor();
  }));
});
