import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { bundle, remove, tempFolder } from '../support/bundles.js';
import { numbers, Setting } from '../support/pages.js';

const NOWHERE = 'http://127.0.0.1:9/wsmq';

const ws = createRequire(createRequire(import.meta.url).resolve('@microsoft/signalr'))('ws');

/** A browser ignores an error event that nobody listens to. */
class BrowserSocket extends ws {
  constructor(url) {
    super(url);
    this.on('error', () => {});
  }
}

// What a browser runs has a transport of its own. Here it runs with a WebSocket that behaves as a browser's does.
describe('the bundle for browsers', () => {
  const wsmq = Setting.of({ store: 'redis', nodes: 2 });
  const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes[1]];
  let folder;
  let Client;

  before(async () => {
    folder = await tempFolder();
    const file = path.join(folder, 'client.mjs');
    await writeFile(file, await bundle('export * from "@wsmq/client";', folder));
    globalThis.WebSocket = BrowserSocket;
    Client = (await import(pathToFileURL(file))).WsmqClient;
  });
  after(() => remove(folder));

  test('sends and receives in order while its connection is cut again and again', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await wsmq.proxy(first().hub);
    const page = await wsmq.open(bob, { hub: proxy.hub, Client });
    const sender = await wsmq.open(alice, { Client, node: last() });
    const sent = [];
    for (const n of numbers(1, 300)) {
      sent.push(sender.send(`user:${bob}`, n));
      if (n % 10 === 0) await new Promise(resolve => setTimeout(resolve, 5));
      if (n % 50 > 0) continue;
      proxy.leadTo(wsmq.nodes[n / 50 % 2].hub);
      proxy.cut();
    }

    await Promise.all([...sent, page.send(`user:${alice}`, 'own')]);
    await Promise.all([page.shows(300), sender.shows(1)]);
    assert.deepEqual(page.bodies, numbers(1, 300));
    assert.ok(page.losses > 0);
    assert.deepEqual([...page.errors, ...page.gaps, ...sender.errors], []);
  });

  test('waits while there is no server, and goes on', async () => {
    const [bob] = wsmq.users('bob');
    const proxy = await wsmq.proxy(NOWHERE);
    const page = wsmq.page(bob, { hub: proxy.hub, token: first().token(bob), Client });
    const started = page.client.start();
    const sent = page.send(`user:${bob}`, 1);
    await eventually('attempts have failed', () => page.states.filter(event => event.retryIn).length > 1);
    proxy.leadTo(first().hub);
    await Promise.all([started, sent]);
    await page.shows(1);
  });

  test('knows why the server refuses a connection, and ends when it was told so', async () => {
    const [bob] = wsmq.users('bob');
    const page = wsmq.page(bob, { device: ' ', Client });
    await assert.rejects(page.client.start(), { code: 'invalid-device', number: 1002 });
  });

  test('asks for another token when its own expires', async () => {
    const [bob] = wsmq.users('bob');
    let asked = 0;
    const exp = () => Math.floor(Date.now() / 1000) + 2;
    const page = await wsmq.open(bob, { token: () => first().token(bob, asked++ === 0 ? { exp: exp() } : {}), Client });
    await eventually('it has asked again and is connected', () => asked === 2 && page.client.state === 'connected');
    await page.send(`user:${bob}`, 1);
    await page.shows(1);
  });

  test('goes on over another node when its own stops', async () => {
    const [bob] = wsmq.users('bob');
    const proxy = await wsmq.proxy(last().hub);
    const page = await wsmq.open(bob, { hub: proxy.hub, token: first().token(bob), Client });
    proxy.leadTo(first().hub);
    const sent = numbers(1, 50).map(n => page.send(`user:${bob}`, n));
    await last().stop();
    await Promise.all([...sent, ...numbers(51, 100).map(n => page.send(`user:${bob}`, n))]);
    await page.shows(100);
    assert.deepEqual(page.bodies, numbers(1, 100));
  });
});
