import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { App } from '../support/app.js';
import { Browser, cookieOf } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Device } from '../support/worker.js';

const REFUSED = /status of 403/;

describe('the users of the dashboard', () => {
  const app = App.of();
  const browser = Browser.of();
  const open = (user, parts, use) => browser.open(new URL(`wsmq-admin/#/${parts.join('/')}`, app.root).href, page => use(new Dashboard(page), page),
    { cookies: [cookieOf(app.root, user)], expected: REFUSED });

  before(async () => {
    app.keep(await Device.start(app, 'bob', 'web', 'ack'));
    await app.call('olga', 'PUT', '/groups/ops/members/bob');
  });

  test('are opened by name, with devices and groups', () => open('vera', ['users'], async (dashboard, page) => {
    await page.getByLabel('User', { exact: true }).fill('bob');
    await dashboard.press('Open user');
    await dashboard.row('Devices', 'web').waitFor();
    await dashboard.row('Groups', 'ops').getByRole('link').click();
    await dashboard.row('Members', 'bob').waitFor();
  }));

  test('have buttons only for what may be done', async () => {
    const CHANGES = /Disconnect|Ban|Revoke|Remove|Add/;
    const changes = user => open(user, ['users', 'bob'], async dashboard => {
      await dashboard.row('Devices', 'web').waitFor();
      await dashboard.row('Groups', 'ops').waitFor();
      await dashboard.page.waitForLoadState('networkidle');
      found = (await dashboard.buttons()).filter(name => CHANGES.test(name));
    });
    let found;
    await changes('vera');
    assert.deepEqual(found, []);
    await changes('bert');
    assert.deepEqual(found, ['Disconnect', 'Ban…']);
    await changes('olga');
    assert.deepEqual(found, ['Disconnect', 'Revoke tokens', 'Ban…', 'Remove', 'Add to a group']);
  });

  test('are seen by whoever may see them, and nobody else is', () => open('gus', ['users', 'bob'], async (dashboard, page) => {
    await dashboard.row('Devices', 'web').waitFor();
    assert.deepEqual(await dashboard.sections(), ['Queues', 'Users']);
    await dashboard.go('users', 'carol');
    await page.getByText('You have no right to see this user').waitFor();
  }));

  test('are online with their devices, or were last seen some time', () => open('vera', ['users', 'bob'], async (dashboard, page) => {
    await dashboard.row('Presence', 'web').getByText('online').waitFor();
    await dashboard.go('users', 'carol');
    await page.getByRole('status').getByText('offline').waitFor();
  }));

  test('are told apart from names that nobody has', () => open('vera', ['users', 'bobb'], async (dashboard, page) => {
    await page.getByRole('status').getByText('Nothing is known of user:bobb').waitFor();
    await dashboard.go('groups', 'opps');
    await page.getByRole('status').getByText('Nothing is known of group:opps').waitFor();
    await dashboard.go('addresses', 'user:bobb');
    await page.getByRole('status').getByText('Nothing is known of user:bobb').waitFor();
    for (const parts of [['users', 'bob'], ['groups', 'ops'], ['addresses', 'user:bob']]) {
      await dashboard.go(...parts);
      await dashboard.row(parts[0] === 'groups' ? 'Members' : 'Devices', 'bob').or(dashboard.row('Devices', 'web')).first().waitFor();
      await page.waitForLoadState('networkidle');
      assert.equal(await page.getByText('Nothing is known').count(), 0, parts.join());
    }
  }));

  test('can have names that begin like an address', () => open('olga', ['users', 'user:42'], async (dashboard, page) => {
    await dashboard.act('Ban…');
    await page.getByText('banned', { exact: true }).waitFor();
    await assert.rejects(app.call('user:42', 'GET', '/logs/user:user:42'), /1007/);
  }));

  test('join and leave groups', () => open('olga', ['users', 'bob'], async dashboard => {
    const curl = await dashboard.act('Add to a group', { fields: { group: 'night shift' } });
    assert.match(curl, /-X PUT '.*\/groups\/night%20shift\/members\/bob'/);
    await dashboard.act('Remove', { within: dashboard.row('Groups', 'night shift') });
    await dashboard.row('Groups', 'night shift').waitFor({ state: 'detached' });
    await dashboard.go('groups', 'ops');
    await dashboard.act('Add a member', { fields: { user: 'carol' } });
    await dashboard.row('Members', 'carol').waitFor();
    assert.deepEqual(await app.call('olga', 'GET', '/groups/ops/members'), ['bob', 'carol']);
  }));

  test('are disconnected, banned and let in again, and their tokens revoked', () => open('olga', ['users', 'dave'], async (dashboard, page) => {
    const device = app.keep(await Device.start(app, 'dave', 'web', 'ack'));
    const closed = new Promise(resolve => device.connection.onclose(resolve));
    await dashboard.act('Disconnect');
    await closed;
    await dashboard.act('Ban…');
    await page.getByText('banned', { exact: true }).waitFor();
    await assert.rejects(app.call('dave', 'GET', '/logs/user:dave'), /1007/);
    await dashboard.act('Lift the ban');
    await page.getByText('banned', { exact: true }).waitFor({ state: 'detached' });
    await app.call('dave', 'GET', '/logs/user:dave');
    await dashboard.act('Revoke tokens');
  }));
});
