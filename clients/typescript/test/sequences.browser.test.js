import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { BrowserSetting, isEmpty, pending, queue } from '../support/browser-setting.js';
import { HubProxy } from '../support/hub-proxy.js';
import { PageServer } from '../support/page-server.js';
import { numbers } from '../support/pages.js';

const pages = await PageServer.start();

describe('the numbers of an outbox, 2 nodes with redis', () => {
  const wsmq = BrowserSetting.in(pages, {
    store: 'redis', nodes: 2,
    settings: {
      Options__Publish__DeduplicationWindow: '00:00:01', Options__Publish__SequenceRetention: '00:00:12', Options__Publish__SendTimeout: '00:00:00.5',
      Options__Publish__ProducerExpiry: '00:00:01',
    },
  });
  const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes[1]];
  const hub = async () => wsmq.keep(await HubProxy.start(first().hub));
  const tab = (context, user, { proxy, offline: isOffline = false, ...options } = {}) =>
    wsmq.tab(context, { url: proxy.hub, user, keeps: true, isOffline, ...options });
  const places = ({ messages }) => messages.map(({ body, epoch, seq }) => [body, epoch, seq]);

  /** Waits until ids of now are not remembered any more. A repeat does not make one last. */
  async function windowIsOver() {
    const [carol] = wsmq.users('carol');
    const plain = await wsmq.open(carol);
    const probe = () => plain.send(`user:${carol}`, 'probe', { id: 'probe' });
    await probe();
    await eventually('the deduplication window is over', async () => !(await probe()).duplicate);
  }

  /** Writes into the database of a page. @param change gets the transaction; runs in the page */
  const write = (page, change, arg) => page.evaluate(([text, arg]) => new Promise((resolve, reject) => {
    const request = indexedDB.open('wsmq.outbox one');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const change = request.result.transaction([...request.result.objectStoreNames], 'readwrite');
      change.oncomplete = () => { request.result.close(); resolve(result); };
      change.onerror = () => reject(change.error);
      let result;
      // eslint-disable-next-line no-eval
      Promise.resolve((0, eval)(`(${text})`)(change, arg)).then(value => { result = value; });
    };
  }), [change.toString(), arg]);

  test('a message whose answer was lost is stored once, also after the deduplication window and a reload', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const [context, proxy] = [await wsmq.profile(), await hub()];
    const page = await tab(context, alice, { proxy });
    await queue(page, `user:${bob}`, [1]);
    await receiver.shows(1);
    await isEmpty(page);
    proxy.isMute = true;
    await queue(page, `user:${bob}`, [2, 3]);
    await receiver.shows(2);
    await page.close();
    await windowIsOver();
    proxy.isMute = false;
    const again = await tab(context, alice, { proxy });
    await isEmpty(again);
    await queue(again, `user:${bob}`, [4]);
    await receiver.shows(4);
    assert.deepEqual(receiver.bodies, [1, 2, 3, 4]);
    assert.deepEqual(places(proxy), [[1, 1, 1], [2, 1, 2], [2, 1, 2], [3, 1, 3], [4, 1, 4]]);
    assert.deepEqual(await again.evaluate(() => [app.refused, app.errors]), [[], []]);
  });

  test('a message that is refused for good uses its number up, and nothing waits for it', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const proxy = await hub();
    const page = await tab(await wsmq.profile(), alice, { proxy });
    await page.evaluate(async to => {
      const all = [1, 2, 3].map(n => app.client.send(to, 'test', n, n === 2 ? { expectedTail: '9007199254740991' } : {}));
      app.codes = await Promise.all(all.map(sent => sent.then(() => 'stored', e => e.code)));
    }, `user:${bob}`);
    await receiver.shows(2);
    assert.deepEqual([receiver.bodies, await page.evaluate(() => app.codes)], [[1, 3], ['stored', 'position-conflict', 'stored']]);
    assert.deepEqual(places(proxy), [[1, 1, 1], [2, 1, 2], [3, 1, 3]]);
  });

  test('a producer that the server has forgotten goes on under a new epoch, and an unknown outcome is told once', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const [context, proxy] = [await wsmq.profile(), await hub()];
    const page = await tab(context, alice, { proxy });
    await queue(page, `user:${bob}`, [1, 2]);
    await isEmpty(page);
    proxy.isMute = true;
    await queue(page, `user:${bob}`, [3, 4, 5]);
    await receiver.shows(3);
    await page.close();

    // A sequence that is only asked for is not remembered for longer.
    const plain = await wsmq.open(alice);
    const probe = () => plain.send(`user:${alice}`, 'probe', { id: 'probe', producer: 'probe', epoch: 1, seq: 2 }).then(() => true, e => e.code);
    await plain.send(`user:${alice}`, 'probe', { producer: 'probe', epoch: 1, seq: 1 });
    assert.equal(await probe(), true);
    await eventually('it is forgotten', async () => await probe() === 'out-of-sequence');
    proxy.isMute = false;
    const again = await tab(context, alice, { proxy });
    await isEmpty(again);
    await receiver.shows(5);
    assert.deepEqual(receiver.bodies, [1, 2, 3, 4, 5]);
    await eventually('it is told', () => again.evaluate(() => app.refused.length > 0));
    assert.deepEqual(await again.evaluate(() => app.refused.map(({ body, code }) => [body, code])), [[3, 'outcome-unknown']]);
    assert.deepEqual(places(proxy).slice(-2), [[4, 2, 1], [5, 2, 2]]);
  });

  test('a copy of a profile with its numbers takes another name, and each message of both is stored once', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const [one, two] = [await hub(), await hub()];
    const original = await tab(await wsmq.profile(), alice, { proxy: one });
    await queue(original, `user:${bob}`, numbers(1, 3));
    await isEmpty(original);
    const read = (change, [user]) => Promise.all(['producers', 'numbers'].map(name => new Promise(resolve => {
      const all = change.objectStore(name).getAll();
      all.onsuccess = () => resolve(all.result.filter(row => row.user === user));
    })));
    const [[producer], [number]] = await write(original, read, [alice]);
    assert.equal(number.last, 3);
    const proxy = await wsmq.offline();
    const copy = await tab(await wsmq.profile(), alice, { proxy, offline: true, device: 'copy' });
    await pending(copy);
    await write(copy, (change, [producer, number]) => {
      change.objectStore('producers').put(producer);
      change.objectStore('numbers').put(number);
    }, [producer, number]);
    await queue(original, `user:${bob}`, numbers(4, 30));
    await isEmpty(original);
    await queue(copy, `user:${bob}`, numbers(101, 105));
    proxy.leadTo(two.hub);
    await isEmpty(copy);
    await queue(original, `user:${bob}`, [31]);
    await receiver.shows(36);
    assert.deepEqual(receiver.bodies, [...numbers(1, 30), ...numbers(101, 105), 31]);
    assert.deepEqual([new Set(two.messages.map(message => message.producer)).size, one.messages.at(-1).producer], [2, producer.name]);
    assert.deepEqual(await copy.evaluate(() => [app.refused, app.errors]), [[], []]);
  });

  test('what an older client has left in the database keeps its id, and what is new has a number, also a job', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const context = await wsmq.profile();
    const seen = await hub();
    const proxy = await wsmq.offline();
    const page = await tab(context, alice, { proxy, offline: true });
    await page.evaluate(() => app.client.stop());
    await page.evaluate(({ user, to }) => new Promise((resolve, reject) => {
      indexedDB.deleteDatabase('wsmq.outbox one');
      const request = indexedDB.open('wsmq.outbox one', 1);
      request.onerror = () => reject(request.error);
      request.onupgradeneeded = () => {
        const entries = request.result.createObjectStore('entries', { keyPath: 'key', autoIncrement: true });
        entries.createIndex('order', ['user', 'key']);
        entries.createIndex('address', ['user', 'to']);
        const totals = request.result.createObjectStore('totals', { keyPath: 'user' });
        const json = JSON.stringify({ to, id: 'old', type: 'test', body: 'old' });
        entries.put({ key: 1_000, user, to, json, bytes: json.length });
        totals.put({ user, count: 1, bytes: json.length });
        totals.put({ user: '', count: 1_000, bytes: 0 });
      };
      request.onsuccess = () => { request.result.close(); resolve(); };
    }), { user: alice, to: `user:${bob}` });
    const again = await tab(context, alice, { proxy, offline: true, tab: page });
    assert.equal(await pending(again), 1);
    await queue(again, `user:${bob}`, ['new']);
    await queue(again, 'work:nowhere', ['job']);
    proxy.leadTo(seen.hub);
    await receiver.shows(2);
    await isEmpty(again);
    assert.deepEqual(receiver.bodies, ['old', 'new']);
    const ids = Object.fromEntries(seen.messages.map(({ body, id, producer, seq }) => [body, { id, isNumbered: producer !== undefined, seq }]));
    assert.deepEqual([ids.old, ids.new.isNumbered, ids.new.seq, ids.job.isNumbered], [{ id: 'old', isNumbered: false, seq: undefined }, true, 1, true]);
  });

  test('two tabs without locks send the same numbers, and each message is stored once', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const context = await wsmq.profile();
    await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined }));
    const [one, two] = [await wsmq.offline(), await wsmq.offline()];
    const tabs = [await tab(context, alice, { proxy: one, offline: true, device: 'one' }), await tab(context, alice, { proxy: two, offline: true, device: 'two' })];
    await queue(tabs[0], `user:${bob}`, numbers(1, 30));
    await queue(tabs[1], `user:${bob}`, numbers(31, 60));
    one.leadTo(first().hub);
    two.leadTo(last().hub);
    await receiver.shows(60);
    for (const one of tabs) await isEmpty(one);
    assert.deepEqual(receiver.bodies, numbers(1, 60));
    assert.deepEqual((await Promise.all(tabs.map(one => one.evaluate(() => app.refused)))).flat(), []);
  });

  test('a message that is discarded leaves no gap behind that stops later ones', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.open(bob, { node: last() });
    const proxy = await hub();
    const page = await tab(await wsmq.profile(), alice, { proxy });
    await queue(page, `user:${bob}`, [1]);
    await isEmpty(page);
    proxy.swallows = ({ body }) => body === 2;
    await queue(page, `user:${bob}`, [2]);
    await eventually('it is sent', () => proxy.swallowed.length > 0);
    assert.equal(await page.evaluate(() => app.client.discard()), 1);
    proxy.cut();
    await queue(page, `user:${bob}`, [3, 4]);
    await receiver.shows(3);
    await isEmpty(page);
    assert.deepEqual(receiver.bodies, [1, 3, 4]);
    assert.deepEqual(places(proxy).slice(-2), [[3, 2, 1], [4, 2, 2]]);
    assert.deepEqual(await page.evaluate(() => app.errors), []);
  });
});
