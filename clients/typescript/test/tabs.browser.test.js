import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BrowserSetting, becomes, isEmpty, NOWHERE, pending, queue, received, shows } from '../support/browser-setting.js';
import { openTab } from '../support/chromium.js';
import { HubProxy } from '../support/hub-proxy.js';
import { PageServer } from '../support/page-server.js';
import { numbers } from '../support/pages.js';

const NEVER = { min: 3_600_000, max: 3_600_000 };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const pages = await PageServer.start();

describe('tabs in Chromium, 2 nodes with redis', () => {
  const wsmq = BrowserSetting.in(pages, { store: 'redis', nodes: 2 });
  const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes[1]];

  test('a tab and its duplicate handle everything, and each stores what it sends, once and in order', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await wsmq.profile();
    const options = { user: alice, keeps: true };
    const original = await wsmq.tab(context, options);
    const opened = context.waitForEvent('page');
    await original.evaluate(() => { window.open(location.href); });
    const copy = await opened;
    await copy.waitForLoadState();
    assert.equal(await copy.evaluate(() => sessionStorage.getItem('wsmq.device')), '0', 'its storage is a copy');
    await wsmq.tab(context, { ...options, tab: copy, url: last().hub, isOffline: false });
    const receiver = await wsmq.open(bob, { node: last() });
    const sender = await wsmq.open(bob, { device: 'other' });
    await Promise.all([
      ...numbers(1, 10).map(n => sender.send(`user:${alice}`, n)),
      queue(original, `user:${bob}`, ['a1', 'a2', 'a3', 'a4', 'a5']), queue(copy, `user:${bob}`, ['b1', 'b2', 'b3', 'b4', 'b5']),
    ]);
    await receiver.shows(10);
    for (const tab of [original, copy]) {
      await shows(tab, 10);
      assert.deepEqual(await received(tab), numbers(1, 10));
      assert.deepEqual(await tab.evaluate(() => [app.errors, app.losses]), [[], 0]);
    }

    for (const tab of ['a', 'b']) assert.deepEqual(receiver.bodies.filter(body => body[0] === tab), numbers(1, 5).map(n => `${tab}${n}`));
    const devices = () => Promise.all([original, copy].map(tab => tab.evaluate(() => sessionStorage.getItem('wsmq.device'))));
    assert.deepEqual(await devices(), ['0', '1']);

    // A reload keeps the device: nothing that it has handled comes again.
    await wsmq.tab(context, { ...options, tab: copy });
    await sender.send(`user:${alice}`, 11);
    for (const [tab, last] of [[original, numbers(1, 11)], [copy, [11]]]) {
      await shows(tab, last.length);
      assert.deepEqual(await received(tab), last);
    }

    assert.deepEqual(await devices(), ['0', '1']);
  });

  test('a reload of a duplicated tab that is offline keeps its own messages', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await wsmq.profile();
    const proxy = await wsmq.offline();
    const options = { user: alice, keeps: true, url: proxy.hub, isOffline: true };
    const tabs = [await wsmq.tab(context, options), await wsmq.tab(context, options)];
    await queue(tabs[0], `user:${bob}`, [1, 3]);
    await queue(tabs[1], `user:${bob}`, [2]);
    await wsmq.tab(context, { ...options, tab: tabs[1] });
    assert.equal(await pending(tabs[1]), 3);
    const receiver = await wsmq.open(bob, { node: last() });
    proxy.leadTo(first().hub);
    await receiver.shows(3);
    await isEmpty(tabs[1]);
    assert.deepEqual(receiver.bodies, [1, 3, 2]);
  });

  for (const [name, shift] of [['10 minutes ahead', 10 * MINUTE], ['10 minutes behind', -10 * MINUTE], ['right', 0]]) {
    test(`a page whose clock is ${name} asks for one token for each connection, and for another one when it expires`, async t => {
      t.after(() => { pages.token = user => first().token(user); });
      const [alice] = wsmq.users('alice');
      const context = await wsmq.profile();
      await context.addInitScript(shift => {
        const Real = Date;
        globalThis.Date = class extends Real {
          constructor(...args) {
            super(...(args.length > 0 ? args : [Real.now() + shift]));
          }

          static now() {
            return Real.now() + shift;
          }
        };
      }, shift);

      // Tokens of seconds until two connections have ended with theirs, and then one of 60 days, which is beyond the longest timer of a
      // browser. On a slow machine a token can expire before its connection is accepted: each further one lasts longer. Pages of the
      // tests before may connect again meanwhile, and ask for tokens of their users.
      let asked = 0;
      const tab = await openTab(context, `${pages.origin}/`);
      pages.token = async user => {
        if (user !== alice) return first().token(user);
        const losses = await tab.evaluate(() => app.losses);
        const life = losses < 2 ? SECOND * 2 ** (1 + asked - losses) : 60 * DAY;
        asked++;
        return first().token(user, { exp: Math.ceil((Date.now() + life) / 1000) });
      };
      const hub = wsmq.keep(await HubProxy.start(first().hub));
      await wsmq.tab(context, { user: alice, url: hub.hub, connectTimeout: MINUTE, tab, isOffline: true });
      await becomes(tab, 'it is connected with the last token', () => app.losses === 2 && app.client.state === 'connected');
      await tab.evaluate(to => app.send(to, 1), `user:${alice}`);
      await shows(tab, 1);
      assert.equal(asked, hub.connections);
      assert.equal(await tab.evaluate(() => app.losses), 2, 'the last connection lasts');
    });
  }

  test('a page that says it is offline sends nevertheless', async () => {
    const [alice] = wsmq.users('alice');
    const context = await wsmq.profile();
    await context.addInitScript(() => { Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false }); });
    const proxy = await wsmq.proxy(first().hub);
    const tab = await wsmq.tab(context, { user: alice, url: proxy.hub });
    await tab.evaluate(() => window.dispatchEvent(new Event('offline')));
    assert.ok(await tab.evaluate(to => app.send(to, 1), `user:${alice}`));
    proxy.cut();
    assert.ok(await tab.evaluate(to => app.send(to, 2), `user:${alice}`));
    await shows(tab, 2);
    assert.deepEqual(await tab.evaluate(() => [navigator.onLine, app.received]), [false, [1, 2]]);
  });

  test('a page whose cable is out keeps its messages and goes on trying, whatever the browser says', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await wsmq.proxy(first().hub);
    const tab = await wsmq.tab(await wsmq.profile(), { user: alice, url: proxy.hub, keeps: true });
    proxy.leadTo(NOWHERE);
    proxy.cut();
    await queue(tab, `user:${bob}`, numbers(1, 10));
    const attempts = () => app.states.filter(({ state }) => state === 'reconnecting').length;
    await becomes(tab, 'attempts have failed', () => app.states.filter(({ state }) => state === 'reconnecting').length > 3);
    assert.ok(await tab.evaluate(attempts) > 3);
    assert.deepEqual(await tab.evaluate(() => [navigator.onLine, app.client.state]), [true, 'reconnecting']);
    assert.equal(await pending(tab), 10);
    const receiver = await wsmq.open(bob, { node: last() });
    proxy.leadTo(last().hub);
    await receiver.shows(10);
    assert.deepEqual(receiver.bodies, numbers(1, 10));
  });

  test('a page whose network is back does not wait for its next attempt', async () => {
    const [alice] = wsmq.users('alice');
    const context = await wsmq.profile();
    const proxy = await wsmq.proxy(first().hub);
    const tab = await wsmq.tab(context, { user: alice, url: proxy.hub, reconnectBackoff: NEVER });
    // First cut: without its network Chromium does not tell the page of a closed WebSocket, so that the client would notice after 90 seconds.
    proxy.leadTo(NOWHERE);
    proxy.cut();
    await becomes(tab, 'it has lost its connection', () => app.client.state === 'reconnecting');
    await context.setOffline(true);
    await becomes(tab, 'it waits', () => app.client.state === 'reconnecting' && !navigator.onLine);
    proxy.leadTo(first().hub);
    await context.setOffline(false);
    await becomes(tab, 'it is connected', () => app.client.state === 'connected');
    const states = await tab.evaluate(() => app.states.map(({ state }) => state));
    assert.deepEqual(states, ['connecting', 'connected', 'reconnecting', 'connected']);
  });

  test('nothing of the client runs before it is started', async () => {
    const context = await wsmq.profile();
    const tab = await openTab(context, `${pages.origin}/`);
    const hub = wsmq.keep(await HubProxy.start(first().hub));
    await tab.evaluate(url => app.create({ url, user: 'nobody', keeps: true }), hub.hub);
    const kept = await tab.evaluate(async () => [sessionStorage.length, localStorage.length, (await indexedDB.databases()).length]);
    assert.deepEqual(kept, [0, 0, 0]);
    assert.equal(hub.connections, 0);
  });
});
