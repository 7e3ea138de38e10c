import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { App } from '../support/app.js';
import { Browser, cookieOf, isAccessible, screenshot } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Device } from '../support/worker.js';

const REFUSED = /status of 403/;
const PICTURES = ['log', 'message', 'dead-letters'];
const SECTIONS = ['Overview', 'Addresses', 'Queues', 'Dead letters', 'Users', 'Live tail', 'Send'];

describe('every page of the dashboard', () => {
  const app = App.of();
  const browser = Browser.of();
  const root = () => new URL('wsmq-admin/', app.root).href;
  const open = (user, use, options) => browser.open(root(), page => use(new Dashboard(page), page),
    { cookies: [cookieOf(app.root, user)], expected: REFUSED, ...options });
  let position;

  before(async () => {
    app.keep(await Device.start(app, 'bob', 'web', 'ack'));
    const phone = app.keep(await Device.start(app, 'bob', 'phone', 'TypeError'));
    for (let i = 0; i < 12; i++) {
      ({ position } = await app.send(i % 3 ? 'alice' : 'shop', 'user:bob', `{"order":"A-${4711 + i}","total":12345678901234567890.10}`, i % 2 ? 'order-shipped' : 'invoice'));
    }

    await app.call('olga', 'PUT', '/groups/ops/members/bob');
    for (let i = 0; i < 5; i++) await app.send('mona', 'work:emails', `{"order":"A-${i}"}`);
    await phone.has(12);
  });

  // Each with what shows that it has loaded.
  const pages = () => [
    ['addresses', ['addresses'], d => d.row('Addresses', 'user:bob')],
    ['log', ['addresses', 'user:bob'], d => d.row('Entries', position)],
    ['message', ['addresses', 'user:bob', position], d => d.region('Life').getByText('acknowledged')],
    ['queues', ['queues'], d => d.row('Queues', 'work:emails')],
    ['queue', ['queues', 'work:emails'], d => d.row('Jobs', 'normal').nth(4)],
    ['dead-letters', ['dead-letters'], d => d.row('Dead letters', 'bob').first()],
    ['users', ['users'], d => d.page.getByLabel('Group')],
    ['user', ['users', 'bob'], d => d.row('Groups', 'ops')],
    ['group', ['groups', 'ops'], d => d.row('Members', 'bob')],
    ['tail', ['tail', 'user:bob'], d => d.page.getByRole('status').getByText('connected')],
    ['send', ['send', 'user:bob'], d => d.page.getByRole('heading', { name: 'A message' })],
  ];

  for (const scheme of ['light', 'dark']) {
    test(`can be read and used by everybody, ${scheme}`, () => open('olga', async (dashboard, page) => {
      for (const [name, parts, loaded] of pages()) {
        await dashboard.go(...parts);
        await loaded(dashboard).waitFor();
        if (name === 'message') await page.getByRole('button', { name: /^Show body/ }).click();
        await isAccessible(page);
        if (PICTURES.includes(name)) await screenshot(page, `dashboard-${name}-${scheme}`);
      }

      await dashboard.go('dead-letters');
      await dashboard.press('Discard all…');
      await dashboard.dialog.locator('dd', { hasText: 'until' }).waitFor();
      await isAccessible(page);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /Calls/ }).click();
      await isAccessible(page);
    }, { scheme }));
  }

  test('is in the sections of those who may see it', async () => {
    for (const [user, sections] of Object.entries({ olga: SECTIONS, vera: SECTIONS.slice(0, -1), anyone: ['Queues', 'Users'] })) {
      await open(user, async dashboard => {
        await dashboard.page.getByRole('navigation').waitFor();
        assert.deepEqual(await dashboard.sections(), sections, user);
        const isEmpty = user === 'anyone';
        await dashboard.page.getByRole('heading', { name: isEmpty ? 'No right to see the whole deployment' : 'Overview' }).waitFor();
        if (isEmpty) assert.equal(await dashboard.page.getByText('No node has answered').count(), 0);
      });
    }
  });

  test('can be used with the keyboard alone', () => open('olga', async (dashboard, page) => {
    await dashboard.go('users', 'bob');
    const button = page.getByRole('button', { name: 'Disconnect' });
    await button.focus();
    await page.keyboard.press('Enter');
    await dashboard.dialog.waitFor();
    await page.keyboard.press('Escape');
    await dashboard.dialog.waitFor({ state: 'hidden' });
    assert.ok(await button.evaluate(element => element === document.activeElement));
    await page.getByText('To the content').focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await dashboard.go('addresses');
    await page.getByRole('tab', { name: 'user' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'group', selected: true }).waitFor();
  }));
});
