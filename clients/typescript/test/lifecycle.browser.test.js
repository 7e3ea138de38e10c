import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BrowserSetting, becomes, isEmpty, queue, received, shows } from '../support/browser-setting.js';
import { HubProxy } from '../support/hub-proxy.js';
import { PageServer } from '../support/page-server.js';
import { numbers } from '../support/pages.js';

const pages = await PageServer.start();

// In the ordinary profile of a Chromium without the switches of test tools: pages are cached and hidden there as a user's are.
describe('pages that are cached or hidden in Chromium, 2 nodes with redis', () => {
  const wsmq = BrowserSetting.in(pages, { store: 'redis', nodes: 2 });
  const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes[1]];

  /** A tab of the ordinary profile. */
  async function open(options) {
    const tab = await wsmq.tab(wsmq.browser.ordinary, options);
    wsmq.keep({ stop: () => tab.close().catch(() => {}) });
    return tab;
  }

  const isHidden = (tab, hidden) => becomes(tab, `hidden is ${hidden}`, hidden => document.hidden === hidden, hidden);

  for (const [name, isDeaf] of [['closes its connection itself', false], ['leaves that to the browser', true]]) {
    test(`a page in the back/forward cache that ${name} goes on where it was when it is shown`, async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const hub = wsmq.keep(await HubProxy.start(first().hub));
      const sender = await wsmq.open(bob, { node: last() });
      const tab = await wsmq.browser.ordinary.newPage();
      wsmq.keep({ stop: () => tab.close().catch(() => {}) });
      await tab.addInitScript(isDeaf => {
        window.addEventListener('pageshow', ({ persisted }) => { globalThis.shown = persisted; });
        if (isDeaf) for (const name of ['pagehide', 'freeze']) window.addEventListener(name, e => e.stopImmediatePropagation(), true);
      }, isDeaf);

      // A lock would keep a page out of the cache, if the client does not give it back.
      await wsmq.tab(wsmq.browser.ordinary, { tab, user: alice, url: hub.hub, ...(isDeaf && { device: 'web' }) });
      await sender.send(`user:${alice}`, 0);
      await shows(tab, 1);
      await tab.goto(`${pages.origin}/other`);
      for (const n of numbers(1, 5)) await sender.send(`user:${alice}`, n);
      await tab.goBack({ waitUntil: 'commit' });
      await becomes(tab, 'it is shown', () => globalThis.shown !== undefined && globalThis.app);
      assert.equal(await tab.evaluate(() => globalThis.shown), true, 'the page was in the cache');
      await shows(tab, 6);
      assert.deepEqual(await received(tab), numbers(0, 5));
      const states = await tab.evaluate(() => app.states.map(({ state }) => state));
      assert.deepEqual(states.filter((state, i) => state !== states[i - 1]), ['connecting', 'connected', 'reconnecting', 'connected']);
      assert.equal(hub.open, 1);
    });
  }

  test('a page that is shown and connects later takes the sending over from a hidden one', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const hubs = [wsmq.keep(await HubProxy.start(first().hub)), wsmq.keep(await HubProxy.start(last().hub))];
    const proxy = await wsmq.offline();
    const hidden = await open({ user: alice, url: hubs[0].hub, keeps: true });
    const shown = await open({ user: alice, url: proxy.hub, keeps: true, isOffline: true });
    await isHidden(hidden, true);
    await queue(hidden, `user:${bob}`, [1]);
    await receiver.shows(1);
    assert.deepEqual(hubs[0].sent, [1], 'it sends as long as no other one can');
    proxy.leadTo(hubs[1].hub);
    let n = 1;
    while (hubs[1].sent.length === 0 && n < 100) {
      await queue(hidden, `user:${bob}`, [++n]);
      await receiver.shows(n);
    }

    await queue(hidden, `user:${bob}`, ['a', 'b', 'c']);
    await receiver.shows(n + 3);

    // The one at which the turn changed may have been sent by both.
    const sent = [hubs[0].sent.filter(body => typeof body === 'string'), hubs[1].sent.slice(-3), receiver.bodies];
    assert.deepEqual(sent, [[], ['a', 'b', 'c'], [...numbers(1, n), 'a', 'b', 'c']]);
  });

  test('a cached page with an outbox sends what it had not sent, once', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const proxy = await wsmq.offline();
    const tab = await wsmq.browser.ordinary.newPage();
    wsmq.keep({ stop: () => tab.close().catch(() => {}) });
    await tab.addInitScript(() => window.addEventListener('pageshow', ({ persisted }) => { globalThis.shown = persisted; }));
    await wsmq.tab(wsmq.browser.ordinary, { tab, user: alice, url: proxy.hub, keeps: true, isOffline: true });
    await queue(tab, `user:${bob}`, [1, 2]);
    await tab.goto(`${pages.origin}/other`);
    proxy.leadTo(first().hub);
    await tab.goBack({ waitUntil: 'commit' });
    await becomes(tab, 'it was in the cache', () => globalThis.shown === true);
    await queue(tab, `user:${bob}`, [3]);
    await receiver.shows(3);
    await isEmpty(tab);
    assert.deepEqual(receiver.bodies, [1, 2, 3]);
  });

  test('a hidden page handles what comes, also after its connection was cut', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await wsmq.proxy(first().hub);
    const sender = await wsmq.open(bob, { node: last() });
    const tab = await open({ user: alice, url: proxy.hub });
    const other = await wsmq.browser.ordinary.newPage();
    await other.bringToFront();
    await isHidden(tab, true);
    await sender.send(`user:${alice}`, 1);
    await shows(tab, 1);
    proxy.leadTo(last().hub);
    proxy.cut();
    await sender.send(`user:${alice}`, 2);
    await shows(tab, 2);
    assert.deepEqual(await tab.evaluate(() => [document.hidden, app.received, app.losses]), [true, [1, 2], 1]);
    await tab.bringToFront();
    await isHidden(tab, false);
    await sender.send(`user:${alice}`, 3);
    await shows(tab, 3);
    assert.equal(await tab.evaluate(() => app.losses), 1, 'a connection that answers stays');
    await other.close();
  });

  test('of two tabs the one that is shown sends what is in the outbox', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob);
    const hubs = [wsmq.keep(await HubProxy.start(first().hub)), wsmq.keep(await HubProxy.start(last().hub))];
    const tabs = [];
    for (const hub of hubs) tabs.push(await open({ user: alice, url: hub.hub, keeps: true }));
    let sent = 0;
    for (const shown of [0, 1, 0]) {
      await tabs[shown].bringToFront();
      await isHidden(tabs[1 - shown], true);
      await queue(tabs[1 - shown], `user:${bob}`, [++sent]);
      await receiver.shows(sent);

      // The one before, at which the turn changes, may be sent by both.
      assert.deepEqual([shown, 1 - shown].map(tab => hubs[tab].sent.includes(sent)), [true, false]);
    }

    assert.deepEqual(receiver.bodies, [1, 2, 3]);
  });
});
