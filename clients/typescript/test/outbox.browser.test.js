import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { becomes, BrowserSetting, isEmpty, NOWHERE, pending, queue } from '../support/browser-setting.js';
import { HubProxy } from '../support/hub-proxy.js';
import { PageServer } from '../support/page-server.js';
import { numbers } from '../support/pages.js';

const pages = await PageServer.start();

describe('an outbox in Chromium, 2 nodes with redis', () => {
  const wsmq = BrowserSetting.in(pages, { store: 'redis', nodes: 2 });
  const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes[1]];
  const profile = () => wsmq.profile();
  const offline = () => wsmq.offline();

  /** A tab whose client has an outbox and a proxy of its own. */
  const tab = (context, user, { proxy, offline: isOffline = false, ...options } = {}) =>
    wsmq.tab(context, { url: proxy.hub, user, keeps: true, isOffline, ...options });

  test('what was written offline survives a reload, and leaves once and in order', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await offline();
    const receiver = await wsmq.open(bob, { node: last() });
    const context = await profile();
    const before = await tab(context, alice, { proxy, offline: true });
    await queue(before, `user:${bob}`, numbers(1, 50));
    assert.equal(await pending(before), 50);
    const again = await tab(context, alice, { proxy, offline: true, tab: before });
    assert.equal(await pending(again), 50);
    const [message, ...others] = await again.evaluate(() => app.client.pendingMessages());
    const { to, body, id } = message;
    assert.deepEqual([to, body, typeof id, others.length], [`user:${bob}`, 1, 'string', 49]);
    const sent = queue(again, `user:${bob}`, numbers(51, 60));
    proxy.leadTo(last().hub);
    await sent;
    await receiver.shows(60);
    await isEmpty(again);
    await receiver.send(`user:${bob}`, 'last');
    await receiver.shows(61);
    assert.deepEqual(receiver.bodies, [...numbers(1, 60), 'last']);
    assert.deepEqual(await again.evaluate(() => [app.storage, app.errors]), [['disk'], []]);
  });

  test('entries that are refused for a time, and triggers meanwhile, change neither the order nor the number', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await offline();
    const busy = wsmq.keep(await HubProxy.start(first().hub));
    const refused = new Set();
    busy.refuse = ({ id, body }) => {
      if (body % 10 > 0 || refused.has(id)) return undefined;
      refused.add(id);
      return '[wsmq 5002 server-busy retry] later';
    };
    const receiver = await wsmq.open(bob, { node: last() });
    const page = await tab(await profile(), alice, { proxy, offline: true });
    await queue(page, `user:${bob}`, numbers(1, 100));
    proxy.leadTo(busy.hub);
    await receiver.shows(1);
    const more = queue(page, `user:${bob}`, numbers(101, 200));
    for (const _ of numbers(1, 3)) {
      await page.evaluate(() => {
        window.dispatchEvent(new Event('online'));
        window.dispatchEvent(new Event('focus'));
        document.dispatchEvent(new Event('visibilitychange'));
      });
    }

    await more;
    await receiver.shows(200);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, numbers(1, 200));
    assert.deepEqual([refused.size, busy.sent], [20, numbers(1, 200)], 'each left once');
    const results = await page.evaluate(() => app.results);
    assert.deepEqual(numbers(1, 200).map(n => results[n]), receiver.positions);
  });

  test('connections that are cut again and again lose, repeat and reorder nothing', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await wsmq.proxy(first().hub);
    const receiver = await wsmq.open(bob, { node: last() });
    const page = await tab(await profile(), alice, { proxy });
    const sent = queue(page, `user:${bob}`, numbers(1, 300));
    for (const n of numbers(1, 9)) {
      await receiver.shows(n * 30);
      proxy.leadTo(wsmq.nodes[n % 2].hub);
      proxy.cut();
    }

    await sent;
    await receiver.shows(300);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, numbers(1, 300));
    assert.ok(await page.evaluate(() => app.losses) > 0);
  });

  test('two tabs write, one of them sends, and the other one takes over when it goes', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const context = await profile();
    const hubs = [wsmq.keep(await HubProxy.start(first().hub)), wsmq.keep(await HubProxy.start(last().hub))];
    const [one, two] = [await tab(context, alice, { proxy: hubs[0] }), await tab(context, alice, { proxy: hubs[1] })];
    await queue(one, `user:${bob}`, [1]);
    await queue(two, `user:${bob}`, [2]);
    await receiver.shows(2);
    const [sender, other] = hubs[0].sent.length > 0 ? [0, 1] : [1, 0];
    assert.deepEqual([hubs[sender].sent, hubs[other].sent], [[1, 2], []]);

    // The tab that sends gets no answer any more, and goes.
    hubs[sender].refuse = () => '[wsmq 5002 server-busy retry] later';
    const tabs = [one, two];
    await queue(tabs[other], `user:${bob}`, numbers(3, 20));
    await queue(tabs[sender], `user:${bob}`, numbers(21, 40));
    assert.deepEqual(hubs[other].sent, []);
    await tabs[sender].close();
    await eventually('the other tab has sent them', () => receiver.received.length === 40, 10_000);
    await isEmpty(tabs[other]);
    assert.deepEqual(receiver.bodies, numbers(1, 40));
    const results = await tabs[other].evaluate(() => app.results);
    for (const n of numbers(3, 20)) assert.equal(results[n], receiver.positions[n - 1]);
  });

  test('a tab learns of what another one has sent for it', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await profile();
    const [up, down] = [await wsmq.proxy(first().hub), await offline()];
    await tab(context, alice, { proxy: up });
    const writer = await tab(context, alice, { proxy: down, offline: true });
    const receiver = await wsmq.open(bob, { node: last() });
    await queue(writer, `user:${bob}`, numbers(1, 5));
    await receiver.shows(5);
    await eventually('it knows the results', () => writer.evaluate(() => Object.keys(app.results).length === 5));
    assert.deepEqual(await writer.evaluate(() => Object.values(app.results)), receiver.positions);
  });

  test("somebody else signs in: nothing of the first user is sent, shown or counted, until that one is back", async () => {
    const [alice, bob, carol] = wsmq.users('alice', 'bob', 'carol');
    const receiver = await wsmq.open(carol, { node: last() });
    const context = await profile();
    const [down, up] = [await offline(), await wsmq.proxy(first().hub)];
    const hers = await tab(context, alice, { proxy: down, offline: true });
    await queue(hers, `user:${carol}`, [1, 2, 3]);
    assert.equal(await pending(hers), 3);
    await hers.evaluate(() => app.client.stop());
    assert.deepEqual(await hers.evaluate(() => Object.values(app.results)), ['outcome-unknown', 'outcome-unknown', 'outcome-unknown']);
    await hers.close();
    const his = await tab(context, bob, { proxy: up });
    assert.equal(await pending(his), 0);
    await his.evaluate(to => app.send(to, 'his'), `user:${carol}`);
    await his.close();

    // The app mixes them up: her outbox, his token.
    const mixed = await tab(context, bob, { proxy: up, keeps: alice });
    await eventually('it is told', () => mixed.evaluate(() => app.errors.includes('client-misconfigured')));
    assert.equal(await pending(mixed), 3);
    await mixed.close();
    const back = await tab(context, alice, { proxy: up });
    await receiver.shows(4);
    await isEmpty(back);
    assert.deepEqual(receiver.received.map(({ body, sender }) => [body, sender]), [['his', bob], [1, alice], [2, alice], [3, alice]]);
  });

  test('what is pending can be discarded before the user signs out', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await profile();
    const proxy = await offline();
    const [page, other] = [await tab(context, alice, { proxy, offline: true }), await tab(context, alice, { proxy, offline: true })];
    await queue(page, `user:${bob}`, [1, 2]);
    await queue(other, `user:${bob}`, [3]);
    assert.equal(await page.evaluate(() => app.client.discard()), 3);
    assert.deepEqual([await pending(page), await pending(other)], [0, 0]);
    await eventually('both are told', async () => (await other.evaluate(() => app.results[3])) === 'client-closed');
    assert.deepEqual(await page.evaluate(() => app.results), { 1: 'client-closed', 2: 'client-closed' });
    await queue(page, `user:${bob}`, [4]);
    const receiver = await wsmq.open(bob, { node: last() });
    proxy.leadTo(first().hub);
    await receiver.shows(1);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, [4]);
  });

  test('entries that are refused for good are told once, also after a reload, and stop nothing', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await profile();
    const proxy = await offline();
    const receiver = await wsmq.open(bob, { node: last() });
    const page = await tab(context, alice, { proxy, offline: true });
    await queue(page, 'group:strangers', ['no']);
    await queue(page, `user:${bob}`, [1]);
    const again = await tab(context, alice, { proxy, offline: true, tab: page });
    await queue(again, 'group:strangers', ['never']);
    const other = await tab(context, alice, { proxy, offline: true });
    await queue(other, `user:${bob}`, [2]);
    proxy.leadTo(first().hub);
    await receiver.shows(2);
    const told = async () => (await Promise.all([again, other].map(tab => tab.evaluate(() => app.refused)))).flat();
    await eventually('both are told', async () => (await told()).length >= 2);
    const refused = body => ({ to: 'group:strangers', type: 'test', body, code: 'send-not-allowed' });
    assert.deepEqual(await told(), [refused('no'), refused('never')]);
    assert.equal(await again.evaluate(() => app.results.never), 'send-not-allowed');
    await isEmpty(again);
    await tab(context, alice, { proxy, tab: again });
    await other.close();
    await again.evaluate(to => app.send(to, 3), `user:${bob}`);
    assert.deepEqual(await again.evaluate(() => app.refused), [], 'they are told once');
    assert.deepEqual([receiver.bodies.slice(0, 2), await again.evaluate(() => app.errors)], [[1, 2], []]);
  });

  test('a full outbox refuses with a code, and what is in it leaves', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await profile();
    const proxy = await offline();
    const few = { maxEntries: 3 };
    const page = await tab(context, alice, { proxy, offline: true, bounds: few });
    const other = await tab(context, alice, { proxy, offline: true, bounds: few });
    await queue(page, `user:${bob}`, [1, 2]);
    await queue(other, `user:${bob}`, [3]);
    const code = (tab, body) =>
      tab.evaluate(([to, body]) => app.client.send(to, 'test', body).queued.catch(e => e.code), [`user:${bob}`, body]);
    assert.deepEqual([await code(page, 4), await code(other, 5)], ['too-many-sends', 'too-many-sends']);
    const receiver = await wsmq.open(bob, { node: last() });
    proxy.leadTo(first().hub);
    await receiver.shows(3);
    await isEmpty(page);
    await queue(page, `user:${bob}`, [6]);
    await receiver.shows(4);
    assert.deepEqual(receiver.bodies, [1, 2, 3, 6]);
    const small = await tab(await profile(), alice, { proxy, bounds: { maxBytes: 1_000 } });
    assert.equal(await code(small, 'x'.repeat(1_000)), 'too-many-sends');
  });

  for (const [name, spoil] of Object.entries({
    'is missing': () => { delete Object.getPrototypeOf(window).indexedDB; delete window.indexedDB; },
    'does not answer': () => {
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (...args) {
        const request = open.apply(this, args);
        for (const name of ['success', 'error', 'upgradeneeded']) request.addEventListener(name, e => e.stopImmediatePropagation());
        return request;
      };
    },
    'is forbidden': () => { IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); }; },
  })) {
    test(`without a disk it works from memory, and says so: IndexedDB ${name}`, async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const context = await profile();
      await context.addInitScript(spoil);
      const proxy = await offline();
      const receiver = await wsmq.open(bob, { node: last() });
      const page = await tab(context, alice, { proxy, offline: true });
      await queue(page, `user:${bob}`, numbers(1, 20));
      assert.deepEqual([await pending(page), await page.evaluate(() => app.storage)], [20, ['memory']]);
      proxy.leadTo(first().hub);
      await receiver.shows(20);
      await isEmpty(page);
      assert.deepEqual(receiver.bodies, numbers(1, 20));
    });
  }

  test('a disk that becomes full while it is used: the rest waits in memory, and overtakes nothing', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await offline();
    const receiver = await wsmq.open(bob, { node: last() });
    const page = await tab(await profile(), alice, { proxy, offline: true });
    await queue(page, `user:${bob}`, numbers(1, 10));
    await page.evaluate(() => { IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }; });
    await queue(page, `user:${bob}`, numbers(11, 20));
    assert.deepEqual([await pending(page), await page.evaluate(() => app.storage)], [20, ['disk', 'memory']]);
    proxy.leadTo(first().hub);
    await receiver.shows(20);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, numbers(1, 20));
  });

  test('a database whose connection the browser closes is opened again, and nothing overtakes what is on the disk', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await profile();
    await context.addInitScript(() => {
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (...args) {
        const request = open.apply(this, args);
        request.addEventListener('success', () => { globalThis.database = request.result; });
        return request;
      };
    });
    const proxy = await offline();
    const receiver = await wsmq.open(bob, { node: last() });
    const page = await tab(context, alice, { proxy, offline: true });
    await queue(page, `user:${bob}`, numbers(1, 10));

    // What a browser does by itself where it runs short of memory.
    const close = () => page.evaluate(() => {
      database.close();
      database.dispatchEvent(new Event('close'));
    });
    await close();
    await queue(page, `user:${bob}`, numbers(11, 20));
    await close();
    assert.deepEqual([await pending(page), await page.evaluate(() => app.storage)], [20, ['disk']]);
    await close();
    proxy.leadTo(first().hub);
    await receiver.shows(20);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, numbers(1, 20));
    assert.deepEqual(numbers(1, 20).map((n, i) => receiver.positions[i]), await page.evaluate(() => Object.values(app.results)));
  });

  test('a database that is deleted is let go, and made again', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await profile();
    const proxy = await offline();
    const page = await tab(context, alice, { proxy, offline: true });
    await queue(page, `user:${bob}`, [1, 2]);
    await page.evaluate(() => new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase('wsmq.outbox one');
      request.onsuccess = resolve;
      request.onblocked = () => reject(new Error('a connection is still open'));
    }));

    // Another tab makes it: the keys of its entries are not those of the ones that were deleted.
    const other = await tab(context, alice, { proxy, offline: true });
    await queue(other, `user:${bob}`, [3]);
    await queue(page, `user:${bob}`, [4]);
    assert.deepEqual(await page.evaluate(() => [app.storage, app.results]), [['disk'], { 1: 'outcome-unknown', 2: 'outcome-unknown' }]);
    const receiver = await wsmq.open(bob, { node: last() });
    proxy.leadTo(first().hub);
    await receiver.shows(2);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, [3, 4]);
    await eventually('each knows its result', () => page.evaluate(() => app.results[4]));
  });

  test('a disk that cannot be read for a time keeps what is in memory waiting, and is read again over the same connection', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await offline();
    const receiver = await wsmq.open(bob, { node: last() });
    const page = await tab(await profile(), alice, { proxy, offline: true });
    await queue(page, `user:${bob}`, numbers(1, 3));
    await page.evaluate(() => {
      IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); };
      globalThis.failures = { address: 3, order: 3, entries: 3 };
      for (const [type, name] of [[IDBIndex, 'getAll'], [IDBObjectStore, 'count']]) {
        const { prototype } = type;
        const read = prototype[name];
        prototype[name] = function (query) {
          if (failures[this.name]-- > 0) throw new DOMException(`${this.name} is broken`, 'UnknownError');
          return read.call(this, query);
        };
      }
    });
    await queue(page, `user:${bob}`, numbers(4, 6));
    proxy.leadTo(first().hub);
    await receiver.shows(6);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, numbers(1, 6));
    const seen = await page.evaluate(() => [Object.values(failures).every(left => left < 0), app.losses, new Set(app.errors).size > 0]);
    assert.deepEqual(seen, [true, 0, true]);
  });

  test('a database that cannot be opened again for a time is opened later, and memory does not overtake it', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await profile();
    await context.addInitScript(() => {
      const { open } = IDBFactory.prototype;
      globalThis.opens = { failures: 0 };
      IDBFactory.prototype.open = function (...args) {
        if (opens.failures-- > 0) throw new DOMException('later', 'UnknownError');
        const request = open.apply(this, args);
        request.addEventListener('success', () => { opens.last = request.result; });
        return request;
      };
    });
    const proxy = await offline();
    const receiver = await wsmq.open(bob, { node: last() });
    const page = await tab(context, alice, { proxy, offline: true });
    await queue(page, `user:${bob}`, numbers(1, 10));
    await page.evaluate(() => { IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }; });
    await queue(page, `user:${bob}`, numbers(11, 20));
    await page.evaluate(() => {
      opens.failures = 4;
      opens.last.close();
      opens.last.dispatchEvent(new Event('close'));
    });
    proxy.leadTo(first().hub);
    await receiver.shows(20);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, numbers(1, 20));
    assert.ok(await page.evaluate(() => opens.failures < 0));
  });

  test('a message that closes every connection is refused, and the others are not', async () => {
    const [alice, bob, carol, dave] = wsmq.users('alice', 'bob', 'carol', 'dave');
    const proxy = await offline();
    const hub = wsmq.keep(await HubProxy.start(first().hub));
    hub.closes = ({ body }) => body === 'poison';
    const page = await tab(await profile(), alice, { proxy, offline: true, bounds: { maxCloses: 3 } });
    await queue(page, `user:${bob}`, [1]);
    await queue(page, `user:${carol}`, ['poison', 2]);
    await queue(page, `user:${dave}`, [3]);
    const receivers = await Promise.all([bob, carol, dave].map(user => wsmq.open(user, { node: last() })));
    proxy.leadTo(hub.hub);
    for (const [i, receiver] of receivers.entries()) {
      await receiver.shows(1);
      assert.deepEqual(receiver.bodies, [i + 1]);
    }

    await isEmpty(page);
    assert.equal(await page.evaluate(() => app.results.poison), 'outcome-unknown');
    await eventually('it is told', () => page.evaluate(() => app.refused.length > 0));
    assert.deepEqual(await page.evaluate(() => app.refused.map(({ body, code }) => [body, code])), [['poison', 'outcome-unknown']]);
    assert.ok(hub.connections <= 5, `${hub.connections} connections: one for all, three for the one, and the last`);
  });

  test('connections that close for another reason refuse nothing', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const hub = wsmq.keep(await HubProxy.start(first().hub));
    const page = await tab(await profile(), alice, { proxy: hub, bounds: { maxCloses: 2 } });
    hub.refuse = () => '[wsmq 5002 server-busy retry] later';
    await queue(page, `user:${bob}`, [1]);
    for (const n of numbers(1, 5)) {
      await eventually('it was refused for a time', () => hub.refused > 0);
      hub.swallows = () => true;
      await eventually('it was sent again', () => hub.swallowed.length === n);
      hub.swallows = () => false;
      hub.refused = 0;
      hub.cut();
      await becomes(page, 'it is connected again', n => app.losses === n && app.client.state === 'connected', n);
    }

    hub.refuse = () => undefined;
    const receiver = await wsmq.open(bob, { node: last() });
    await receiver.shows(1);
    await isEmpty(page);
    assert.deepEqual(await page.evaluate(() => app.refused), []);
  });

  test('once a message that has closed connections is discarded, messages do not wait for each other any more', async () => {
    const [alice, bob, carol] = wsmq.users('alice', 'bob', 'carol');
    const hub = wsmq.keep(await HubProxy.start(first().hub));
    const proxy = await wsmq.proxy(hub.hub);
    const page = await tab(await profile(), alice, { proxy, sendTimeout: 100_000, bounds: { maxCloses: 1_000 } });
    hub.closes = ({ body }) => body === 'poison';
    await queue(page, `user:${bob}`, ['poison']);
    await becomes(page, 'it has closed connections', () => app.losses >= 2);
    proxy.leadTo(NOWHERE);
    proxy.cut();
    await becomes(page, 'it is offline', () => app.client.state !== 'connected');
    assert.equal(await page.evaluate(() => app.client.discard()), 1);
    hub.swallows = () => true;
    await queue(page, `user:${bob}`, [1]);
    await queue(page, `user:${carol}`, [2]);
    proxy.leadTo(hub.hub);
    await eventually('both are sent', () => hub.swallowed.length === 2);
    assert.deepEqual([hub.swallowed.sort(), await page.evaluate(() => app.results)], [[1, 2], { poison: 'outcome-unknown' }]);
  });

  test('what is written after a discard is not meant by it, also where its news comes later', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const context = await profile();
    await context.addInitScript(() => {
      globalThis.BroadcastChannel = class extends BroadcastChannel {
        set onmessage(heard) {
          super.onmessage = event => globalThis.late ? late.push(() => heard(event)) : heard(event);
        }
      };
    });
    const proxy = await offline();
    const [page, other] = [await tab(context, alice, { proxy, offline: true }), await tab(context, alice, { proxy, offline: true })];
    await queue(page, `user:${bob}`, [1]);
    await queue(other, `user:${bob}`, [2]);
    await other.evaluate(() => { globalThis.late = []; });
    assert.equal(await page.evaluate(() => app.client.discard()), 2);
    await queue(other, `user:${bob}`, [3]);
    await becomes(other, 'the news is there', () => late.length > 0);
    await other.evaluate(() => {
      const news = late;
      globalThis.late = undefined;
      for (const hear of news) hear();
    });
    const receiver = await wsmq.open(bob, { node: last() });
    proxy.leadTo(first().hub);
    await receiver.shows(1);
    await becomes(other, 'it knows its results', () => Object.keys(app.results).length === 2);
    assert.deepEqual([receiver.bodies, await other.evaluate(() => app.results)], [[3], { 2: 'client-closed', 3: receiver.positions[0] }]);
  });

  test('a message that is discarded while it is sent may be stored, and its promise says so', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const hub = wsmq.keep(await HubProxy.start(first().hub));
    hub.refuse = () => '[wsmq 5002 server-busy retry] later';
    const page = await tab(await profile(), alice, { proxy: hub });
    await queue(page, `user:${bob}`, [1, 2]);
    await eventually('it is sent', () => hub.refused > 0);
    assert.equal(await page.evaluate(() => app.client.discard()), 2);
    assert.deepEqual(await page.evaluate(() => app.results), { 1: 'outcome-unknown', 2: 'client-closed' });
  });

  test('so may one that is discarded after its connection has closed', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const hub = wsmq.keep(await HubProxy.start(first().hub));
    const proxy = await wsmq.proxy(hub.hub);
    hub.swallows = () => true;
    const page = await tab(await profile(), alice, { proxy });
    await queue(page, `user:${bob}`, [1, 2]);
    await eventually('it is sent', () => hub.swallowed.length > 0);
    proxy.leadTo(NOWHERE);
    proxy.cut();
    await becomes(page, 'it is offline', () => app.client.state !== 'connected');
    assert.equal(await page.evaluate(() => app.client.discard()), 2);
    assert.deepEqual(await page.evaluate(() => app.results), { 1: 'outcome-unknown', 2: 'client-closed' });
  });

  test('without locks a refusal is told once over all tabs', async () => {
    const [alice] = wsmq.users('alice');
    const context = await profile();
    await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined }));
    const hub = wsmq.keep(await HubProxy.start(first().hub));
    hub.refuse = () => '[wsmq 5002 server-busy retry] later';
    const tabs = [await tab(context, alice, { proxy: hub, device: 'one' }), await tab(context, alice, { proxy: hub, device: 'two' })];
    for (const one of tabs) {
      await one.evaluate(() => {
        // An app that takes its time: the entry stays meanwhile, and the other tab finds it.
        app.client.listen('refused', () => new Promise(resolve => { app.seen = resolve; }));
        app.client.listen('outbox', () => {});
        globalThis.settled = 0;
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (value) {
          if (value.refusal) settled++;
          return put.call(this, value);
        };
      });
    }

    await queue(tabs[0], 'group:strangers', ['no']);
    await Promise.all(tabs.map(one => one.evaluate(() => app.client.pending())));
    hub.refuse = () => '[wsmq 3001 send-not-allowed final] no';
    await eventually('both were refused', async () => {
      const counts = await Promise.all(tabs.map(one => one.evaluate(() => settled)));
      return counts.every(count => count > 0);
    });
    await Promise.all(tabs.map(one => one.evaluate(() => app.client.pending())));
    const told = await Promise.all(tabs.map(one => one.evaluate(() => app.refused.length)));
    assert.equal(told[0] + told[1], 1);
  });

  test('an entry whose answer was lost is stored once', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const context = await profile();
    const proxy = await wsmq.proxy(first().hub);
    const page = await tab(context, alice, { proxy });
    await page.evaluate(() => { IDBObjectStore.prototype.delete = () => { throw new DOMException('broken', 'UnknownError'); }; });
    await queue(page, `user:${bob}`, [1]);
    await receiver.shows(1);
    await page.close();
    const again = await tab(context, alice, { proxy });
    await isEmpty(again);
    await again.evaluate(to => app.send(to, 2), `user:${bob}`);
    await receiver.shows(2);
    assert.deepEqual(receiver.bodies, [1, 2]);
  });
});
