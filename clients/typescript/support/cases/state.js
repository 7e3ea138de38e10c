import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { numbers } from '../pages.js';
import { STORES } from './stores.js';

const START = '0000000000000000';
const KEPT = 3;
const MANY = 200;

/** @param Environment where the clients run: a Setting, @param stores the stores, with the number of nodes */
export function state(Environment, stores = STORES) {
  for (const [store, nodes] of stores) {
    describe(`state, ${nodes} nodes with ${store}`, () => {
      const settings = { Options__Retention__MaxCount: KEPT, Options__Delivery__CachedEntriesPerAddress: 0, Options__DeadLetters__MaxAttempts: 2 };
      const wsmq = Environment.of({ store, nodes, settings });
      const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes.at(-1)];

      /** Sends bodies one after another, each with its key, if it has one. Returns the receipts. */
      async function sendAll(to, ...messages) {
        const sender = await wsmq.open(wsmq.users('alice')[0], { show: null, node: first() });
        const receipts = [];
        for (const [body, stateKey] of messages) receipts.push(await sender.send(to, body, stateKey && { stateKey }));
        return receipts;
      }

      test('a new device gets the state that the log does not have any more, and then the log; a known one gets the log', async () => {
        const [bob] = wsmq.users('bob');
        const source = `user:${bob}`;
        const receipts = await sendAll(source, [0, 'a'], [1, 'b'], [2, 'a'], [3], [4, 'c'], [5], [6]);
        const page = await wsmq.open(bob, { node: last() });
        await page.shows(5);
        assert.deepEqual(page.received.map(({ body, stateKey, isState }) => [body, stateKey, isState]),
          [[1, 'b', true], [2, 'a', true], [4, 'c', undefined], [5, undefined, undefined], [6, undefined, undefined]]);
        assert.deepEqual(page.positions.slice(0, 2), [receipts[1].position, receipts[2].position]);
        assert.deepEqual(page.stateCompletes, [{ source, position: receipts[3].position, count: 2, keys: ['b', 'a'] }]);
        await page.stop();
        const again = await wsmq.open(bob);
        await sendAll(source, ['new']);
        await again.shows(1);
        assert.deepEqual([again.bodies, again.stateCompletes], [['new'], []]);
        assert.deepEqual([...page.gaps, ...again.gaps, ...page.errors, ...again.errors], []);
      });

      test('a new device is told that there is no state, until it has acknowledged something', async () => {
        const [bob] = wsmq.users('bob');
        const source = `user:${bob}`;
        const page = await wsmq.open(bob, { node: last() });
        await eventually('it is told', () => page.stateCompletes.length > 0);
        await page.stop();
        assert.deepEqual(page.stateCompletes, [{ source, position: START, count: 0, keys: [] }]);
        const again = await wsmq.open(bob);
        await sendAll(source, [1, 'a']);
        await again.shows(1);
        await again.stop();
        assert.deepEqual([again.bodies, again.stateCompletes.length], [[1], 1]);
        const known = await wsmq.open(bob);
        await sendAll(source, [2]);
        await known.shows(1);
        assert.deepEqual([known.bodies, known.stateCompletes], [[2], []]);
      });

      test('a removal arrives in order, with and without a handler, and what it removes is no state any more', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const source = `user:${bob}`;
        const page = await wsmq.open(bob, { node: last() });
        const other = await wsmq.open(bob, { device: 'other' });
        const removed = [];
        page.client.onStateRemoved(removal => { removed.push({ ...removal, after: page.bodies }); });
        const sender = await wsmq.open(alice, { node: first() });
        await sender.send(source, 1, { stateKey: 'a' });
        const { position } = await sender.client.removeState(source, 'a');
        await sender.send(source, 2);
        await Promise.all([page.shows(2), other.shows(2)]);
        const [{ sentAt, ...removal }, ...more] = removed;
        assert.deepEqual([removal, typeof sentAt, more], [{ source, key: 'a', position, sender: alice, after: [1] }, 'number', []]);
        assert.deepEqual([page.bodies, other.bodies], [[1, 2], [1, 2]]);
        assert.deepEqual([...page.errors, ...page.deadLetters, ...other.errors, ...other.deadLetters], []);
        await Promise.all([page.stop(), other.stop()]);
        await sendAll(source, [3, 'b'], [4], [5], [6]);
        const third = await wsmq.open(bob, { device: 'third', node: last() });
        await third.shows(4);
        assert.deepEqual([third.bodies, third.stateCompletes.map(({ count }) => count)], [[3, 4, 5, 6], [1]]);
      });

      test('state in a gap comes before the gap is announced', async () => {
        const [bob] = wsmq.users('bob');
        const source = `user:${bob}`;
        const page = await wsmq.open(bob);
        await sendAll(source, [0, 'old']);
        await page.shows(1);
        await page.stop();
        await sendAll(source, [1, 'a'], [2], [3, 'b'], [4], [5]);
        const order = [];
        const back = wsmq.page(bob, { node: last(), show: ({ body, isState }) => { order.push(isState ? `state ${body}` : body); } });
        back.client.listen('gap', ({ reason }) => { order.push(reason); });
        await back.client.start();
        await back.shows(5);
        assert.deepEqual(order, ['state 0', 'state 1', 'retention', 3, 4, 5]);
        assert.deepEqual(back.stateCompletes, [{ source, position: back.gaps[0].after, count: 2, keys: ['old', 'a'] }]);
      });

      test('a resume from the start delivers the state again', async () => {
        const [bob] = wsmq.users('bob');
        const source = `user:${bob}`;
        await sendAll(source, [1, 'a'], [2, 'b'], [3], [4], [5]);
        const page = await wsmq.open(bob, { node: last() });
        await page.shows(5);
        await page.client.resume(source, START);
        await page.shows(10);
        assert.deepEqual(page.bodies, [...numbers(1, 5), ...numbers(1, 5)]);
        assert.deepEqual(page.stateCompletes.map(({ count }) => count), [2, 2]);
        assert.deepEqual(page.gaps.map(({ after }) => after), [START]);
        await sendAll(source, [6]);
        await page.shows(11);
        assert.deepEqual([page.bodies.at(-1), page.errors], [6, []]);
      });

      test('state is handled once and in order where its connection is cut again and again', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const source = `user:${bob}`;
        const sender = await wsmq.open(alice, { show: null });
        await Promise.all(numbers(1, MANY).map(n => sender.send(source, [n, 'x'.repeat(2_000)], { stateKey: `k${n}` })));
        const proxy = await wsmq.proxy(first().hub);
        const page = wsmq.page(bob, { hub: proxy.hub });
        await page.client.start();
        for (let cuts = 1; cuts <= 3; cuts++) {
          proxy.leadTo((cuts % 2 === 0 ? first() : last()).hub);
          proxy.cut();
          await eventually('it is connected again', () => page.losses === cuts && page.client.state === 'connected');
        }

        await page.shows(MANY);
        assert.deepEqual(page.bodies.map(([n]) => n), numbers(1, MANY));
        assert.deepEqual([page.gaps, page.errors], [[], []]);
      });

      test('a message of state whose handler fails is tried again before what follows, and is never dead-lettered', async () => {
        const [bob] = wsmq.users('bob');
        await sendAll(`user:${bob}`, [1, 'a'], [2, 'b'], [3], [4], [5]);
        let fails = 3;
        const page = await wsmq.open(bob, { node: last(), show: ({ body }) => { if (body === 2 && fails-- > 0) throw new Error('not rendered'); } });
        await page.shows(5);
        assert.deepEqual([page.bodies, page.deadLetters, page.errors.length], [numbers(1, 5), [], 3]);
      });

      test('of two messages that expect the same tail one is stored', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const source = `user:${bob}`;
        const [sender, receiver] = [await wsmq.open(alice, { node: first() }), await wsmq.open(bob, { node: last() })];
        const claim = (id, expectedTail) => sender.send(source, id, { id, expectedTail });
        const [one, two] = await Promise.allSettled([claim('x', START), claim('y', START)]);
        const { position } = one.value;
        assert.deepEqual([two.reason.number, two.reason.code, two.reason.canRetry], [4013, 'position-conflict', false]);
        assert.deepEqual(await claim('x', START), { id: 'x', position, duplicate: true });
        await claim('y', position);
        await receiver.shows(2);
        assert.deepEqual([receiver.bodies, receiver.received[1].previous], [['x', 'y'], position]);
      });
    });
  }

  describe('limits of state', () => {
    const wsmq = Environment.of({ settings: { Options__Publish__MaxStateKeys: 1 } });

    test('a key too many is refused, and accepted once another one is removed', async () => {
      const [bob] = wsmq.users('bob');
      const source = `user:${bob}`;
      const page = await wsmq.open(bob);
      await page.send(source, 1, { stateKey: 'a' });
      await assert.rejects(page.send(source, 2, { stateKey: 'b' }), { number: 4014, code: 'too-much-state', canRetry: false });
      await page.client.removeState(source, 'a');
      await page.send(source, 3, { stateKey: 'b' });
      await assert.rejects(page.client.removeState(source, ''), { code: 'invalid-message' });
      await page.shows(2);
      assert.deepEqual([page.bodies, page.errors], [[1, 3], []]);
    });
  });
}
