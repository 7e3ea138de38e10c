import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { numbers } from '../pages.js';
import { STORES } from './stores.js';

const NOWHERE = 'http://127.0.0.1:9/wsmq';
const START = '0000000000000000';

/** Requires a WsmqError with this number and code, and without a retry. */
const refused = (promise, number, code) => assert.rejects(promise, error => {
  assert.equal(error.name, 'WsmqError', String(error));
  assert.deepEqual([error.number, error.code, error.canRetry], [number, code, false], error.message);
  return true;
});

/** @param Environment where the clients run: a Setting, @param stores the stores, with the number of nodes */
export function failures(Environment, stores = STORES) {
  for (const [store, nodes] of stores) {
    describe(`handlers that fail, ${nodes} nodes with ${store}`, () => {
      const settings = { Options__DeadLetters__MaxAttempts: 3, Options__Delivery__StallAfter: '00:00:00.5' };
      const wsmq = Environment.of({ store, nodes, settings });
      const last = () => wsmq.nodes.at(-1);

      test('a message whose handler fails is tried again before later ones', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        let fails = 2;
        const page = await wsmq.open(bob, { node: last(), show: () => { if (fails-- > 0) throw new Error('not rendered'); } });
        const sender = await wsmq.open(alice);
        await Promise.all(numbers(1, 4).map(n => sender.send(`user:${bob}`, n)));
        await page.shows(4);
        assert.deepEqual(page.bodies, numbers(1, 4));
        assert.deepEqual(page.errors.map(e => e.message), ['not rendered', 'not rendered']);
      });

      test('a message that can never be handled is dead-lettered, announced, and the next ones follow', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const page = await wsmq.open(bob, { node: last(), show: message => { if (message.body === 2) throw new RangeError('never'); } });
        const sender = await wsmq.open(alice);
        const receipts = await Promise.all(numbers(1, 3).map(n => sender.send(`user:${bob}`, n)));
        await page.shows(2);
        assert.deepEqual(page.bodies, [1, 3]);
        assert.deepEqual(page.deadLetters, [{ source: `user:${bob}`, position: receipts[1].position, attempts: 3 }]);
        assert.equal(page.errors.length, 3);
        await page.stop();
        const again = await wsmq.open(bob);
        await sender.send(`user:${bob}`, 4);
        await again.shows(1);
        assert.deepEqual(again.bodies, [4]);
      });

      test('a message of a type without a handler is dead-lettered at once, and can be acknowledged instead', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const seen = { strict: [], lax: [] };
        const sender = await wsmq.open(alice);
        for (const [device, unhandledMessages] of [['strict', 'dead-letter'], ['lax', 'acknowledge']]) {
          const page = wsmq.page(bob, { device, unhandledMessages, show: null, node: last() });
          page.client.on('known', message => { seen[device].push(message.body); });
          await page.client.start();
          seen[`${device}-page`] = page;
        }

        await Promise.all(['unknown', 'known'].map((type, n) => sender.client.send(`user:${bob}`, type, n)));
        await eventually('both have the known one', () => seen.strict.length === 1 && seen.lax.length === 1);
        assert.deepEqual([seen['strict-page'].deadLetters.length, seen['lax-page'].deadLetters.length], [1, 0]);
        assert.match(String(seen['strict-page'].errors[0]), /No handler takes the type 'unknown'/);
      });

      test('messages wait while no handler is registered', async () => {
        const [bob] = wsmq.users('bob');
        const page = await wsmq.open(bob, { node: last(), show: null });
        const { position } = await page.send(`user:${bob}`, 1);
        await page.send(`user:${bob}`, 2);
        const seen = [];
        page.client.on('test', message => { seen.push(message); });
        await eventually('both are handled', () => seen.length === 2);
        assert.deepEqual([seen[0].position, seen[0].body, seen[1].body], [position, 1, 2]);
      });

      test('a handler that hangs fills the window and nothing else: the server says so, and the rest follows in order', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        let finish;
        const gate = new Promise(resolve => { finish = resolve; });
        const sender = await wsmq.open(alice);
        await Promise.all(numbers(1, 600).map(n => sender.send(`user:${bob}`, n)));
        const page = await wsmq.open(bob, { node: last(), show: () => gate, maxBufferedDeliveries: 100 });
        await eventually('the server waits', () => page.stalled.length > 0);
        const own = await page.send(`user:${alice}`, 'meanwhile');
        finish();
        await page.shows(600);
        assert.equal(own.duplicate, false);
        assert.deepEqual(page.bodies, numbers(1, 600));
        assert.deepEqual(page.gaps, []);
      });

      test('a stop waits for the handler, acknowledges what it has handled, and nothing begins after it', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const sender = await wsmq.open(alice);
        await Promise.all(numbers(1, 5).map(n => sender.send(`user:${bob}`, n)));
        let begun;
        const page = await wsmq.open(bob, {
          node: last(),
          show: (message, { signal }) => new Promise(resolve => {
            begun = message;
            signal.addEventListener('abort', () => setTimeout(resolve, 50));
          }),
        });
        await eventually('the first one is being handled', () => begun);
        await page.stop();
        assert.deepEqual(page.bodies, [1]);
        await refused(page.send(`user:${bob}`, 6), 6002, 'client-closed');
        const again = await wsmq.open(bob);
        await again.shows(4);
        assert.deepEqual(again.bodies, [2, 3, 4, 5]);
      });
    });
  }

  describe('refusals', () => {
    const wsmq = Environment.of();

    test('of sends have their number and code, and the client goes on', async () => {
      const [alice] = wsmq.users('alice');
      const page = await wsmq.open(alice, { maxPendingSendBytes: 700_000 });
      const all = await Promise.allSettled([
        page.send('nobody', 1), page.send('usr:x', 1), page.send('user:', 1), page.send('group:strangers', 1), page.send('work:none', 1),
        page.send('user:x', 1, { id: '' }), page.send('user:x', 1, { replyTo: 'group:strangers' }),
        page.send('user:x', 'x'.repeat(262_143)), page.send('user:x', 1n), page.send('user:x', 'é'.repeat(131_073)), page.send('user:x', 1),
      ]);
      assert.deepEqual(all.map(({ reason }) => reason?.number), [2001, 2002, 2003, 3001, 2010, 2008, 3003, 2007, 2006, 2007, undefined]);
      const large = 'x'.repeat(250_000);
      const full = await Promise.allSettled([page.send('user:x', large), page.send('user:x', large), page.send('user:x', large)]);
      assert.deepEqual(full.map(({ reason }) => reason?.code), [undefined, undefined, 'too-many-sends']);
    });

    test('of the connection end the start with the error', async () => {
      const [alice] = wsmq.users('alice');
      for (const [options, number, code] of [
        [{ device: ' ' }, 1002, 'invalid-device'],
        [{ token: wsmq.node.token(undefined) }, 1001, 'no-user-identifier'],
        [{ token: wsmq.node.token('a\u0430') }, 1004, 'invalid-user-identifier'],
      ]) {
        const page = wsmq.page(alice, options);
        await refused(page.client.start(), number, code);
        assert.equal(page.client.state, 'stopped');
        assert.equal(page.states.at(-1).error.number, number);
        await refused(page.send('user:x', 1), number, code);
      }
    });

    test('a device beyond the limit is refused, and a known one is not', async () => {
      const [alice] = wsmq.users('alice');
      for (const n of numbers(1, 16)) await (await wsmq.open(alice, { device: `d${n}` })).stop();
      await refused(wsmq.page(alice, { device: 'd17' }).client.start(), 1003, 'too-many-devices');
      await wsmq.open(alice, { device: 'd16' });
    });

    test('every attempt asks for a token, and a callback that fails is asked again', async () => {
      const [alice] = wsmq.users('alice');
      let asked = 0;
      const tokens = [() => { throw new Error('no network'); }, () => 'not a\ntoken', () => wsmq.node.token(alice)];
      const page = wsmq.page(alice, { token: () => tokens[asked++]() });
      await page.client.start();
      assert.equal(asked, 3);
      assert.deepEqual(page.states.filter(s => s.retryIn).map(s => s.error.code), ['no-token', 'no-token']);
    });

    test('a token that expires is replaced, and nothing is lost', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      let asked = 0;
      const soon = () => Math.floor(Date.now() / 1000) + 2;
      const page = await wsmq.open(bob, { token: () => wsmq.node.token(bob, asked++ === 0 ? { exp: soon() } : {}) });
      const sender = await wsmq.open(alice);
      for (let n = 1; asked < 2; n++) await sender.send(`user:${bob}`, n);
      const { position } = await sender.send(`user:${bob}`, 'last');
      await eventually('the last one is handled', () => page.positions.at(-1) === position);
      assert.deepEqual(page.bodies, [...numbers(1, page.bodies.length - 1), 'last']);
      assert.equal(asked, 2);
    });

    test('a send without a connection fails in time, and can be cancelled', async () => {
      const [alice] = wsmq.users('alice');
      const page = wsmq.page(alice, { hub: NOWHERE, sendTimeout: 300 });
      page.client.start().catch(() => {});
      const abort = new AbortController();
      const cancelled = page.send('user:x', 1, { signal: abort.signal });
      const late = page.send('user:x', 2);
      abort.abort(new Error('enough'));
      await assert.rejects(cancelled, /enough/);
      await refused(late, 6002, 'client-closed');
      await assert.rejects(page.send('user:x', 2, { signal: AbortSignal.abort() }), { name: 'AbortError' });
      await page.stop();
    });

    test('a start can be cancelled, and a stopped client started again', async () => {
      const [alice] = wsmq.users('alice');
      const proxy = await wsmq.proxy(NOWHERE);
      const page = wsmq.page(alice, { hub: proxy.hub, token: wsmq.node.token(alice) });
      await assert.rejects(page.client.start({ signal: AbortSignal.timeout(200) }), { name: 'TimeoutError' });
      await eventually('it is stopped', () => page.client.state === 'stopped');
      proxy.leadTo(wsmq.node.hub);
      await page.client.start();
      await page.send(`user:${alice}`, 1);
      await page.shows(1);
      await page.stop();
      await page.client.start();
      await page.send(`user:${alice}`, 2);
      await page.shows(2);
      assert.deepEqual(page.bodies, [1, 2]);
    });
  });

  describe('limits of the rate', () => {
    const wsmq = Environment.of({ settings: { Options__Limits__ConnectionSendsPerSecond: 200, Options__Limits__ConnectionSendBurst: 50 } });

    test('a page that sends faster than allowed waits as the server says, and loses nothing', async () => {
      const [bob] = wsmq.users('bob');
      const page = await wsmq.open(bob);
      await Promise.all(numbers(1, 300).map(n => page.send(`user:${bob}`, n)));
      await page.shows(300);
      assert.deepEqual(page.bodies, numbers(1, 300));
    });
  });

  describe('gaps', () => {
    const wsmq = Environment.of({
      store: 'redis', nodes: 2,
      settings: { Options__Retention__User__MaxCount: 5, Options__Delivery__CachedEntriesPerAddress: 0 },
    });

    test('what retention removed is announced once, before what follows; a listener that fails is called again', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const sender = await wsmq.open(alice);
      await (await wsmq.open(bob)).stop();
      const receipts = [];
      for (const n of numbers(1, 30)) receipts.push(await sender.send(`user:${bob}`, n));
      const page = wsmq.page(bob, { node: wsmq.nodes[1] });
      const seen = [];
      let fails = 1;
      page.client.listen('gap', gap => {
        if (fails-- > 0) throw new Error('cannot reload');
        seen.push({ ...gap, shown: page.received.length });
      });
      await page.client.start();
      await page.shows(1);
      await eventually('the last one is shown', () => page.bodies.at(-1) === 30);
      const missing = 30 - page.bodies.length;
      assert.deepEqual(page.bodies, numbers(missing + 1, 30));
      assert.deepEqual(seen.map(({ source, reason, shown }) => [source, reason, shown]), [[`user:${bob}`, 'retention', 0]]);
      assert.ok(seen[0].after < receipts[0].position && receipts[missing - 1].position < seen[0].before);
      assert.ok(seen[0].before <= receipts[missing].position);
      assert.equal(page.errors.length, 1);
    });

    test('a snapshot is loaded at the start and again after a gap, and misses no change in between', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const source = `user:${bob}`;
      const sender = await wsmq.open(alice);

      // The data of the app is a number; each change is published after it was made.
      const app = { value: 0, position: START, loads: 0 };
      const change = async () => { app.position = (await sender.send(source, ++app.value)).position; };
      let go;
      const gate = new Promise(resolve => { go = resolve; });
      const copy = { value: -1, missed: [] };
      const page = wsmq.page(bob, {
        node: wsmq.nodes[1],
        show: async ({ body }) => {
          if (body > 20) await gate;
          if (body > copy.value + 1) copy.missed.push([copy.value, body]);
          copy.value = Math.max(body, copy.value);
        },
      });
      page.client.snapshot(source, async () => {
        const { position } = app;
        await new Promise(setImmediate);
        copy.value = app.value;
        app.loads++;
        return position;
      });
      for (let n = 0; n < 10; n++) await change();
      await page.client.start();
      while (app.value < 20) await change();
      await eventually('the copy is up to date', () => copy.value === 20);

      // More than the node delivers without an acknowledgement.
      while (app.value < 400) await change();
      go();
      await eventually('the copy is up to date again', () => copy.value === 400);
      await change();
      await eventually('it is kept up to date', () => copy.value === 401);
      assert.deepEqual([copy.missed, page.errors], [[], []]);
      assert.ok(app.loads > 1 && page.gaps.every(gap => gap.reason === 'retention'), `${app.loads} loads`);
    });
  });
}
