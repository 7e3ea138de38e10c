import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { App } from '../support/app.js';
import { Browser, cookieOf } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Device } from '../support/worker.js';

const EXACT = '{"total":12345678901234567890.10,"rate":1.50,"html":"<img src=x onerror=alert(1)>"}';
const REFUSED = /status of 403/;

describe('the logs of the dashboard', () => {
  const app = App.of();
  const browser = Browser.of();
  const open = (user, parts, use) => browser.open(new URL(`wsmq-admin/#/${parts.map(encodeURIComponent).join('/')}`, app.root).href,
    page => use(new Dashboard(page), page), { cookies: [cookieOf(app.root, user)], expected: REFUSED });
  let invoice;

  before(async () => {
    const web = app.keep(await Device.start(app, 'bob', 'web', 'ack'));
    const phone = app.keep(await Device.start(app, 'bob', 'phone'));
    await app.send('alice', 'user:bob', '{"text":"first"}');
    invoice = await app.send('alice', 'user:bob', EXACT, 'invoice');
    await app.call('olga', 'PUT', '/groups/ops/members/bob');
    await Promise.all([web.has(2), phone.has(2)]);
  });

  test('are found by kind and by a part of the name', () => open('vera', ['addresses'], async (dashboard, page) => {
    await dashboard.row('Addresses', 'user:bob').waitFor();
    await page.getByLabel('Search').fill('*ob');
    await dashboard.press('Search');
    await page.getByRole('heading', { name: 'Addresses that match *ob' }).waitFor();
    await dashboard.row('Addresses', 'user:bob').getByRole('link').click();
    await page.getByRole('heading', { name: 'user:bob' }).waitFor();
    await dashboard.go('addresses');
    await page.getByRole('tab', { name: 'group' }).click();
    await page.getByRole('group', { name: 'Addresses' }).getByText(/group:ops|None/).waitFor();
  }));

  test('show every device with how far it has come', () => open('vera', ['addresses', 'user:bob'], async dashboard => {
    await dashboard.row('Devices', 'web').getByRole('cell', { name: '0', exact: true }).waitFor();
    await dashboard.row('Devices', 'phone').getByRole('cell', { name: '2', exact: true }).waitFor();
    await dashboard.row('Entries', invoice.position).getByText('bob web').waitFor();
  }));

  test('can be read page by page, in both directions, and filtered', async () => {
    for (let i = 0; i < 60; i++) await app.send('alice', 'user:carol', String(i), i % 2 ? 'odd' : 'even');
    await open('rita', ['addresses', 'user:carol'], async (dashboard, page) => {
      const bodies = () => page.locator('td.preview').allTextContents();
      const count = n => page.locator('td.preview').nth(n - 1).waitFor();
      await count(50);
      await dashboard.press('More');
      await count(60);
      assert.deepEqual(await bodies(), Array.from({ length: 60 }, (_, i) => String(59 - i)));
      await page.getByLabel('newest first').uncheck();
      await page.locator('td.preview').first().getByText('0', { exact: true }).waitFor();
      await page.getByLabel('type').fill('odd');
      await dashboard.press('Filter');
      await page.locator('td.preview').first().getByText('1', { exact: true }).waitFor();
      assert.deepEqual((await bodies()).slice(0, 3), ['1', '3', '5']);
    });
  });

  test('show the life of a message, and its body exactly as it was sent', () => open('rita', ['addresses', 'user:bob', ''], async (dashboard, page) => {
    await dashboard.go('addresses', 'user:bob', invoice.position);
    const life = dashboard.region('Life').getByRole('listitem');
    await life.filter({ hasText: 'stored' }).waitFor();
    await life.filter({ hasText: 'acknowledged' }).filter({ hasText: 'web' }).waitFor();
    await life.filter({ hasText: 'waiting' }).filter({ hasText: 'phone' }).waitFor();
    await page.getByRole('button', { name: /^Show body/ }).click();
    await page.getByLabel('as sent').check();
    assert.equal(await page.getByLabel('Body', { exact: true }).last().textContent(), EXACT);
  }));

  test('show no body, and not how it begins, to those who may not read it', () => open('vera', ['addresses', 'user:bob'], async (dashboard, page) => {
    await dashboard.row('Entries', invoice.position).waitFor();
    assert.deepEqual(await page.locator('td.preview').allTextContents(), ['', '']);
    await dashboard.go('addresses', 'user:bob', invoice.position);
    await dashboard.region('Life').getByText('acknowledged').waitFor();
    assert.deepEqual(await dashboard.buttons(), ['Reload']);
  }));

  test('have the state that stays when they are trimmed, and say which entries set or remove it', async () => {
    const send = message => app.call('alice', 'POST', '/messages', { to: 'user:gina', type: 'price', ...message });
    const set = await send({ body: 17, stateKey: 'ACME' });
    const newest = await send({ body: 18, stateKey: 'ACME' });
    await send({ body: 1, stateKey: 'XYZ' });
    const removal = await send({ stateKey: 'XYZ', removeState: true });
    await open('rita', ['addresses', 'user:gina'], async (dashboard, page) => {
      const kept = dashboard.row('State', 'ACME');
      await kept.getByRole('cell', { name: '18', exact: true }).waitFor();
      assert.equal(await dashboard.row('State', 'XYZ').count(), 0);
      await dashboard.row('Entries', set.position).getByText('state ACME').waitFor();
      await dashboard.row('Entries', removal.position).getByText('removes XYZ').waitFor();
      await kept.getByRole('link').click();
      await page.getByRole('heading', { name: `Message ${newest.position}` }).waitFor();
      await page.getByRole('definition').getByText('ACME').waitFor();
    });
  });

  test('have messages that wait, which those who may remove them cancel', async () => {
    const send = message => app.call('alice', 'POST', '/messages', { to: 'user:hana', type: 'reminder', ...message });
    await send({ id: 'later', body: 'in two hours', delay: 7_200_000 });
    await send({ id: 'soon', body: 'in an hour', delay: 3_600_000 });
    await open('vera', ['addresses', 'user:hana'], async (dashboard, page) => {
      await dashboard.row('Waiting', 'soon').waitFor();
      assert.deepEqual(await page.locator('td.preview').allTextContents(), ['', '']);
      assert.ok(!(await dashboard.buttons()).includes('Withdraw'));
    });
    await open('olga', ['addresses', 'user:hana'], async dashboard => {
      await dashboard.row('Waiting', 'soon').getByRole('cell', { name: 'in an hour' }).waitFor();
      const rows = dashboard.region('Waiting').locator('tbody tr');
      assert.deepEqual((await rows.allTextContents()).map(text => /soon|later/.exec(text)?.[0]), ['soon', 'later']);
      const curl = await dashboard.act('Withdraw', { within: dashboard.row('Waiting', 'soon') });
      assert.match(curl, /-X DELETE .*\/wsmq-api\/addresses\/user:hana\/delayed\/\d+/);
      await dashboard.row('Waiting', 'soon').waitFor({ state: 'detached' });
      await dashboard.row('Waiting', 'later').waitFor();
    });
    assert.equal(await app.call('alice', 'DELETE', '/messages?to=user:hana&id=soon'), false);
    assert.equal(await app.call('alice', 'DELETE', '/messages?to=user:hana&id=later'), true);
  });

  test('can be followed live', () => open('rita', ['tail', 'user:dave'], async (dashboard, page) => {
    await page.getByRole('status').getByText('connected').waitFor();
    await app.send('alice', 'user:dave', '{"n":1}');
    await dashboard.row('New entries', '{"n":1}').waitFor();
    await dashboard.press('Pause');
    const { position } = await app.send('alice', 'user:dave', '{"n":2}');
    await dashboard.press('Continue');
    await dashboard.row('New entries', position).getByText('{"n":2}').waitFor();
  }));

  test('are followed from where the tail began, though it is paused before the first entry', () => open('rita', ['tail', 'user:fay'], async (dashboard, page) => {
    await page.getByRole('status').getByText('connected').waitFor();
    await dashboard.press('Pause');
    const { position } = await app.send('alice', 'user:fay', '{"n":1}');
    await dashboard.press('Continue');
    await dashboard.row('New entries', position).getByText('{"n":1}').waitFor();
  }));

  test('are written to by those who may send, with the body as it was typed', async () => {
    await open('vera', ['addresses', 'user:erin'], async dashboard => {
      await dashboard.page.getByRole('heading', { name: 'user:erin' }).waitFor();
      assert.ok(!(await dashboard.sections()).includes('Send'));
    });
    await open('olga', ['send', 'user:erin'], async (dashboard, page) => {
      await page.getByLabel(/^body/).fill('{"broken":');
      await page.getByText('The body is no JSON.').waitFor();
      assert.ok(await page.getByRole('main').getByRole('button', { name: 'Send' }).isDisabled());
      await page.getByLabel('to', { exact: true }).fill('erin');
      await page.getByText('An address is user:, group: or work: with a name.').waitFor();
      await page.getByLabel('to', { exact: true }).fill('user:erin');
      await page.getByLabel(/^body/).fill(EXACT);
      await page.getByLabel('type').fill('invoice');
      const curl = await dashboard.act('Send');
      assert.ok(curl.includes(EXACT) && curl.includes('/wsmq-api/addresses/user:erin/messages'), curl);
      const stored = page.getByRole('status').getByText('Stored at');
      await stored.waitFor();
      await dashboard.press('Send', page.getByRole('main'));
      await dashboard.dialog.waitFor();
      assert.equal(await stored.count(), 0);
      await page.keyboard.press('Escape');
      await page.getByLabel(/^waits for/).fill('an hour');
      await page.getByText('A time is a number of seconds, or empty.').waitFor();
      await page.getByLabel(/^waits for/).fill('3600');
      await page.getByLabel(/^lives for/).fill('0.5');
      const later = await dashboard.act('Send');
      assert.ok(later.includes('"delay":3600000,"timeToLive":500'), later);
      await page.getByRole('status').getByText('Waits until').waitFor();
      await page.getByLabel(/^waits for/).fill('');
      await page.getByLabel(/^lives for/).fill('');
      await page.getByLabel('removes the state of the key').check();
      await page.getByText('A removal has a state key.').waitFor();
      await page.getByLabel('state key', { exact: true }).fill('theme');
      await page.getByLabel(/^expected tail/).fill('7');
      await page.getByText('A position has 16 digits.').waitFor();
      const { last } = await app.call('olga', 'GET', '/addresses/user:erin');
      await page.getByLabel(/^expected tail/).fill(last);
      const removal = await dashboard.act('Send');
      assert.ok(removal.includes(`"stateKey":"theme","removeState":true,"expectedTail":"${last}"`) && !removal.includes('"body"'), removal);
      await page.getByRole('status').getByText('Stored at').waitFor();
    });
    const headers = { Authorization: 'Bearer erin' };
    const log = await (await fetch(new URL('wsmq-api/logs/user:erin', app.root), { headers })).text();
    assert.ok(log.includes(`"body":${EXACT}`), log);
    assert.ok(log.includes('"sender":"olga"'), log);
  });

  test('show what becomes of a message that is sent with track, as it changes', () => open('olga', ['send', 'user:gus'], async (dashboard, page) => {
    await page.getByLabel('track', { exact: true }).check();
    await page.getByLabel('to', { exact: true }).fill('work:one');
    assert.equal(await page.getByLabel('track', { exact: true }).count(), 0);
    await page.getByLabel('to', { exact: true }).fill('user:gus');
    const curl = await dashboard.act('Send');
    assert.ok(curl.includes('"track":true'), curl);
    const status = dashboard.region('Status');
    await status.getByText('stored delivered to 0, acknowledged by 0').waitFor();

    const tablet = app.keep(await Device.start(app, 'gus', 'tablet'));
    await tablet.has(1);
    await status.getByText('delivered to 1, acknowledged by 0').waitFor();
    app.keep(await Device.start(app, 'gus', 'phone', 'ack'));
    await status.getByText('acknowledged delivered to 2, acknowledged by 1').waitFor();
    const devices = status.getByRole('list', { name: 'Devices' }).getByRole('listitem');
    await devices.filter({ hasText: 'phone' }).filter({ hasText: 'acknowledged' }).waitFor();
    await devices.filter({ hasText: 'tablet' }).filter({ hasText: 'delivered' }).waitFor();

    await status.getByRole('link', { name: 'life of the message' }).click();
    await dashboard.region('Life').getByText('acknowledged').waitFor();
  }));

  test('show no status of a message that is sent without track', () => open('olga', ['send', 'user:hugo'], async (dashboard, page) => {
    await dashboard.act('Send');
    await page.getByRole('status').getByText('Stored at').waitFor();
    assert.equal(await dashboard.region('Status').count(), 0);
  }));
});
