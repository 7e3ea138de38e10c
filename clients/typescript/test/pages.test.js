import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { TabDevice } from '../dist/browser/tab-device.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { FakeBrowser } from '../support/fake-browser.js';
import { numbers, Setting } from '../support/pages.js';

const NEVER = { min: 3_600_000, max: 3_600_000 };

/** Accepts connections, and never answers. */
class DeafServer {
  connections = 0;
  #sockets = [];
  #server = createServer(socket => {
    this.connections++;
    this.#sockets.push(socket.on('error', () => {}));
  });

  static async start() {
    const deaf = new DeafServer();
    await new Promise(resolve => deaf.#server.listen(0, '127.0.0.1', resolve));
    deaf.hub = `http://127.0.0.1:${deaf.#server.address().port}/wsmq`;
    return deaf;
  }

  stop() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

describe('the device of a tab', () => {
  const browser = new FakeBrowser();

  test('is kept over a reload, and a duplicated tab gets another one', async () => {
    const original = browser.tab();
    const device = new TabDevice(original);
    const name = await device.name();
    const copy = new TabDevice(browser.tab(original));
    assert.notEqual(await copy.name(), name);
    assert.equal(await device.name(), name);
    device.release();
    assert.equal(await new TabDevice(browser.reload(original)).name(), name);
  });

  test('is kept although the page before the reload ends late', async () => {
    const browser = new FakeBrowser();
    const page = browser.tab();
    const before = new TabDevice(page);
    const name = await before.name();
    const after = new TabDevice(browser.reload(page)).name();
    await new Promise(resolve => setTimeout(resolve, 50));
    before.release();
    assert.equal(await after, name);
  });

  test('comes out of a few names for each browser, however many tabs there are and were', async () => {
    const [one, two] = [new FakeBrowser(), new FakeBrowser()];
    const open = browser => numbers(1, 10).map(() => new TabDevice(browser.tab()));
    const names = async tabs => new Set(await Promise.all(tabs.map(tab => tab.name())));
    const tabs = open(one);
    const first = await names(tabs);
    tabs.forEach(tab => tab.release());
    const second = await names(open(one));
    assert.deepEqual([first.size, second, (await names(open(two))).isDisjointFrom?.(first) ?? true], [4, first, true]);
    for (const name of first) assert.match(name, /^web-[0-9a-z]+-[0-3]$/);
  });

  test('is shared by all tabs where the browser has no locks or forbids storage', async () => {
    const name = page => new TabDevice(page).name();
    const { locks, ...unlocked } = browser.tab();
    assert.equal(await name(unlocked), await name({ ...browser.tab(), locks: undefined }));
    assert.equal(await name({ ...browser.tab(), localStorage: undefined }), 'web');
    const broken = { getItem() { throw new Error('quota'); } };
    assert.equal(await name({ ...browser.tab(), localStorage: broken }), 'web');
    assert.ok(locks);
  });

  test('that is asked for while the page is being left holds no lock', async () => {
    const browser = new FakeBrowser();
    const device = new TabDevice(browser.tab());
    const name = device.name();
    device.release();
    await name;
    assert.deepEqual(browser.locks.held, []);
  });
});

describe('a page', () => {
  const wsmq = Setting.of({ store: 'redis', nodes: 2 });
  const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes[1]];
  const tab = (user, page, options) => wsmq.open(user, { device: undefined, page, ...options });

  test('and its duplicate handle all messages each, and send their own', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const browser = new FakeBrowser();
    const environment = browser.tab();
    const original = await tab(bob, environment);
    const copy = await tab(bob, browser.tab(environment), { node: last() });
    const sender = await wsmq.open(alice);
    const sent = [original, copy].map((page, i) => numbers(1, 5).map(n => page.send(`user:${alice}`, [i, n])));
    await Promise.all([...sent.flat(), ...numbers(1, 10).map(n => sender.send(`user:${bob}`, n))]);
    await Promise.all([original.shows(10), copy.shows(10), sender.shows(10)]);
    assert.deepEqual([original.bodies, copy.bodies], [numbers(1, 10), numbers(1, 10)]);
    for (const i of [0, 1]) assert.deepEqual(sender.bodies.filter(([from]) => from === i), numbers(1, 5).map(n => [i, n]));
  });

  test('of a user with many tabs is never refused for its device', async () => {
    const [bob] = wsmq.users('bob');
    const browsers = [new FakeBrowser(), new FakeBrowser(), new FakeBrowser()];
    const tabs = await Promise.all(numbers(1, 24).map(n => tab(bob, browsers[n % 3].tab())));
    await tabs[0].send(`user:${bob}`, 1);
    await Promise.all(tabs.map(page => page.shows(1)));
  });

  test('that is cached holds neither a connection nor a lock, and goes on where it was when it is shown', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const browser = new FakeBrowser();
    const environment = browser.tab();
    const page = await tab(bob, environment);
    const sender = await wsmq.open(alice, { node: last() });
    await sender.send(`user:${bob}`, 0);
    await page.shows(1);
    environment.hide();
    await page.is('reconnecting');
    assert.deepEqual(browser.locks.held, []);
    const own = page.send(`user:${alice}`, 'own');
    await Promise.all(numbers(1, 20).map(n => sender.send(`user:${bob}`, n)));
    assert.equal(page.client.state, 'reconnecting');
    environment.show();
    await own;
    await page.shows(21);
    assert.deepEqual(page.bodies, numbers(0, 20));
    assert.deepEqual(page.states.map(event => event.state).filter((state, i, all) => state !== all[i - 1]),
      ['connecting', 'connected', 'reconnecting', 'connected']);
  });

  test('whose network is back, or that is looked at, does not wait for its next attempt', async () => {
    for (const event of ['online', 'look']) {
      const [bob] = wsmq.users('bob');
      const environment = new FakeBrowser().tab();
      const proxy = await wsmq.proxy(first().hub);
      const page = await tab(bob, environment, { hub: proxy.hub, reconnectBackoff: NEVER });
      proxy.cut();
      await eventually('it waits', () => page.states.at(-1).retryIn);
      for (const _ of numbers(1, 3)) environment[event]();
      await page.is('connected');
      await page.send(`user:${bob}`, 1);
      await page.shows(1);
    }
  });

  test('that is looked at drops a connection whose network has gone without a word', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const environment = new FakeBrowser().tab();
    const proxy = await wsmq.proxy(first().hub);
    const page = await tab(bob, environment, { hub: proxy.hub });
    const sender = await wsmq.open(alice);
    environment.look();
    await page.send(`user:${bob}`, 0);
    assert.equal(page.losses, 0, 'one that answers stays');
    proxy.stall();
    await sender.send(`user:${bob}`, 1);
    environment.look();
    await page.shows(2);
    assert.deepEqual([page.bodies, page.losses], [[0, 1], 1]);
  });

  test('that is looked at gives up an attempt that hangs', async () => {
    const [bob] = wsmq.users('bob');
    const environment = new FakeBrowser().tab();
    const deaf = wsmq.keep(await DeafServer.start());
    const proxy = await wsmq.proxy(deaf.hub);
    const token = first().token(bob);
    const page = wsmq.page(bob, { device: undefined, page: environment, hub: proxy.hub, token, connectTimeout: 600_000 });
    const started = page.client.start();
    await eventually('it hangs', () => deaf.connections === 1);
    proxy.leadTo(first().hub);
    await eventually('it was given up', () => {
      environment.look();
      return page.client.state === 'connected';
    });
    await started;
  });

  test('that is left before its token has come makes no connection afterwards', async () => {
    const [bob] = wsmq.users('bob');
    let give;
    const token = new Promise(resolve => { give = resolve; });
    const deaf = wsmq.keep(await DeafServer.start());
    const page = wsmq.page(bob, { device: undefined, page: new FakeBrowser().tab(), hub: deaf.hub, token: () => token });
    const started = page.client.start();
    await page.stop();
    give(first().token(bob));
    await assert.rejects(started, { code: 'client-closed' });
    const other = wsmq.page(bob, { hub: deaf.hub, token: 'token' });
    other.client.start().catch(() => {});
    await eventually('another one has connected', () => deaf.connections > 0);
    assert.equal(deaf.connections, 1);
    assert.equal(page.client.state, 'stopped');
  });
});
