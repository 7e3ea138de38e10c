import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import { outbox } from '../dist/outbox.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { numbers, Setting } from '../support/pages.js';

const NOWHERE = 'http://127.0.0.1:9/wsmq';

describe('an outbox where nothing can be kept', () => {
  const wsmq = Setting.of();

  test('works from memory, says so, and is not bounded by the time limit of a send', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await wsmq.proxy(NOWHERE);
    const page = wsmq.page(alice, { hub: proxy.hub, token: wsmq.node.token(alice), sendTimeout: 50, outbox: outbox({ user: alice }) });
    const storage = [];
    page.client.listen('outbox', event => { storage.push([event.storage, event.error instanceof Error]); });
    const counts = [];
    page.client.listen('pending', count => { counts.push(count); });
    const started = page.client.start();
    const sent = numbers(1, 20).map(n => page.send(`user:${bob}`, n));
    await Promise.all(sent.map(({ queued }) => queued));
    await eventually('attempts have failed', () => page.states.filter(event => event.retryIn).length > 2);
    assert.deepEqual([await page.client.pending(), storage], [20, [['memory', true]]]);
    const pending = await page.client.pendingMessages();
    assert.deepEqual(pending.map(({ to, body }) => [to, body]), numbers(1, 20).map(n => [`user:${bob}`, n]));
    proxy.leadTo(wsmq.node.hub);
    await started;
    const receiver = await wsmq.open(bob);
    const receipts = await Promise.all(sent);
    await receiver.shows(20);
    assert.deepEqual([receiver.bodies, receiver.positions], [numbers(1, 20), receipts.map(receipt => receipt.position)]);
    assert.deepEqual([await page.client.pending(), await page.client.pendingMessages()], [0, []]);
    await eventually('the app is told', () => counts.at(-1) === 0);
    assert.equal(Math.max(...counts), 20);
    assert.ok(counts.every((count, i) => count !== counts[i - 1]), `${counts}`);
  });

  test('tells a refusal once, by the event and by the promise, and goes on', async () => {
    const [alice] = wsmq.users('alice');
    const page = wsmq.page(alice, { outbox: outbox({ user: alice }) });
    const told = [];
    page.client.listen('refused', ({ to, body, error }) => { told.push([to, body, error.code]); });
    await page.client.start();
    const bytes = Uint8Array.of(1, 2);
    const refused = page.send('group:strangers', bytes);
    await assert.rejects(refused, { code: 'send-not-allowed', number: 3001 });
    await page.send(`user:${alice}`, 1);
    assert.deepEqual(told, [['group:strangers', bytes, 'send-not-allowed']]);
    await assert.rejects(page.client.send(`user:${alice}`, 'test', 1n), { code: 'invalid-body' });
  });

  test('what waits is told until nothing does: after a discard and a stop as well', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const page = wsmq.page(alice, { outbox: outbox({ user: alice }) });
    const counts = [];
    page.client.listen('pending', count => { counts.push(count); });
    await Promise.all([page.send(`user:${bob}`, 1), page.send(`user:${bob}`, 2)].map(sent => (sent.catch(() => {}), sent.queued)));
    await eventually('two wait', () => counts.at(-1) === 2);
    await page.client.discard();
    await eventually('none waits', () => counts.at(-1) === 0);
    const last = page.send(`user:${bob}`, 3);
    last.catch(() => {});
    await last.queued;
    await eventually('one waits', () => counts.at(-1) === 1);
    await page.stop();
    assert.equal(counts.at(-1), 0);
  });

  test('without one, what waits in memory is listed as it was sent', async () => {
    const [alice] = wsmq.users('alice');
    const page = wsmq.page(alice);
    const bytes = Uint8Array.of(1, 2);
    const sent = [page.send('user:x', bytes, { id: 'a', headers: { h: 'v' } }), page.client.removeState('group:g', 'key', { id: 'b' })];
    sent.forEach(one => one.catch(() => {}));
    assert.deepEqual(await page.client.pendingMessages(), [
      { to: 'user:x', id: 'a', type: 'test', body: bytes, headers: { h: 'v' } },
      { to: 'group:g', id: 'b', type: '', body: undefined, stateKey: 'key' },
    ]);
  });

  test('discards, ends a wait by its signal, and refuses sends after a stop', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const page = wsmq.page(alice, { outbox: outbox({ user: alice }) });
    const [one, two] = [page.send(`user:${bob}`, 1), page.send(`user:${bob}`, 2)];
    const abort = new AbortController();
    const three = page.send(`user:${bob}`, 3, { signal: abort.signal });
    await three.queued;
    abort.abort();
    await assert.rejects(three, { name: 'AbortError' });
    assert.equal(await page.client.discard(), 2);
    for (const sent of [one, two]) await assert.rejects(sent, { code: 'client-closed' });
    const four = page.send(`user:${bob}`, 4);
    await four.queued;
    await page.stop();
    await assert.rejects(four, { code: 'client-closed' });
    await assert.rejects(page.send(`user:${bob}`, 5).queued, { code: 'client-closed' });
  });

  test('without one, what waits in memory can be counted and discarded as well', async () => {
    const [bob] = wsmq.users('bob');
    const page = wsmq.page(bob, { hub: NOWHERE, token: 'token' });
    const sent = [page.send(`user:${bob}`, 1), page.send(`user:${bob}`, 2)];
    await Promise.all(sent.map(({ queued }) => queued));
    assert.deepEqual([await page.client.pending(), await page.client.discard(), await page.client.pending()], [2, 2, 0]);
    for (const one of sent) await assert.rejects(one, { code: 'client-closed' });
  });

  test('of another user than the token sends nothing', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const page = await wsmq.open(bob, { outbox: outbox({ user: alice }) });
    await page.send(`user:${alice}`, 1).queued;
    await eventually('it is told', () => page.errors.length === 1);
    const [{ code, cause }] = page.errors;
    assert.deepEqual([code, cause.code, await page.client.pending()], ['client-misconfigured', 'read-not-allowed', 1]);
  });

  test('leaves nothing at the signal of a wait that has ended', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const page = await wsmq.open(alice, { outbox: outbox({ user: alice }) });
    const { signal } = new AbortController();
    await Promise.all(numbers(1, 20).map(n => page.send(`user:${bob}`, n, { signal })));
    await assert.rejects(page.send('group:strangers', 1, { signal }), { code: 'send-not-allowed' });
    assert.deepEqual(getEventListeners(signal, 'abort'), []);
  });

  for (const keeps of [true, false]) {
    test(`a message that no server accepts fails at the call, ${keeps ? 'with' : 'without'} an outbox`, async () => {
      const [alice] = wsmq.users('alice');
      const page = await wsmq.open(alice, { ...(keeps && { outbox: outbox({ user: alice }) }) });
      const send = (size, body = 1) => page.send(`user:${alice}`, body, { headers: { a: 'x'.repeat(size) } });
      await assert.rejects(send(600_000), { code: 'message-too-large', message: /maxMessageBytes is 589824/ });
      await assert.rejects(send(590_000, new Uint8Array(1)), { code: 'message-too-large' });

      // The largest one that the client sends: the server refuses its headers, and keeps the connection.
      await assert.rejects(send(589_600), { code: 'message-too-large', message: /MaxHeaderBytes|header/ });
      await page.send(`user:${alice}`, 'x'.repeat(262_142));
      await page.shows(1);
      assert.equal(page.losses, 0);
    });
  }

  test('refuses options that cannot work', () => {
    const wrong = [{ user: '' }, { user: 'a', maxEntries: 0 }, { user: 'a', maxBytes: NaN }, { user: 'a', maxCloses: 0 }];
    for (const options of wrong) assert.throws(() => outbox(options), RangeError);
  });
});
