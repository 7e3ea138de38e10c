import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App } from '../support/app.js';
import { Browser, cookieOf, isAccessible, screenshot } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { Device } from '../support/worker.js';

describe('the overview of the dashboard', () => {
  const app = App.of({ nodes: 2 });
  const browser = Browser.of();
  const open = (use, options) => browser.open(new URL('wsmq-admin/', app.root).href, page => use(new Dashboard(page), page),
    { cookies: [cookieOf(app.root, 'vera')], ...options });
  const figure = (page, name) => page.locator('.figure', { has: page.getByText(name, { exact: true }) }).locator('dd');

  test('shows both nodes, their connections and the store, and draws the rates', () => open(async (dashboard, page) => {
    await dashboard.row('Nodes', 'serving').nth(1).waitFor();
    await figure(page, 'connections').filter({ hasText: /^0$/ }).waitFor();
    const bob = app.keep(await Device.start(app, 'bob', 'web', 'ack'));
    await figure(page, 'connections').filter({ hasText: /^1$/ }).waitFor();
    await figure(page, 'store: redis').filter({ hasText: /^available$/ }).waitFor();
    const isDrawn = () => page.locator('.chart canvas').evaluateAll(canvases => canvases.length === 3
      && canvases.every(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(byte => byte > 0)));
    assert.ok(await isDrawn());
    for (let i = 0; i < 50; i++) await app.send('alice', 'user:bob', '1');
    await page.locator('.chart', { hasText: 'Messages a second' }).locator('dd').first().filter({ hasText: /[1-9]/ }).waitFor();
    await bob.has(50);
    await dashboard.go('users', 'bob');
    await dashboard.row('Connections', 'WebSockets').getByText('user:bob').waitFor();
  }));

  for (const scheme of ['light', 'dark']) {
    test(`can be read by everybody, ${scheme}`, () => open(async (dashboard, page) => {
      await dashboard.row('Nodes', 'serving').nth(1).waitFor();
      await isAccessible(page);
      await screenshot(page, `dashboard-overview-${scheme}`);
    }, { scheme }));
  }
});
