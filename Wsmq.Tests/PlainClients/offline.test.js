import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

const turn = () => new Promise(resolve => setImmediate(resolve));
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

for (const store of stores) {
  describe(`offline, ${store} store`, () => {
    const wsmq = Setting.of({ store });

    test('300 messages sent before a receiver connects are delivered in order, and acknowledged by its promise chain', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const sender = await wsmq.connect(alice);
      const receipts = [];
      for (const part of [numbers(1, 100), numbers(101, 200), numbers(201, 300)])
        receipts.push(...await Promise.all(part.map(n => sender.send(`user:${bob}`, n))));

      const shown = [];
      let open = 0;
      const receiver = await wsmq.connect(bob, {
        show: async m => {
          assert.equal(++open, 1, 'handlers run one after another');
          await turn();
          shown.push(m.body);
          open--;
        },
      });
      await eventually(() => `all are shown; so far ${shown.length}`, () => shown.length === 300);
      assert.deepEqual(shown, numbers(1, 300));
      assert.deepEqual(receiver.positions, receipts.map(r => r.position));
      assert.deepEqual(receiver.received.map(m => m.previous), ['0000000000000000', ...receiver.positions.slice(0, -1)]);
      assert.deepEqual(receiver.gaps, []);
      await receiver.settles();
      await receiver.stop();

      const again = await wsmq.connect(bob);
      await sender.send(`user:${bob}`, 'new');
      await again.receives(1);
      assert.deepEqual(again.bodies, ['new'], 'no acknowledged message is delivered again');
    });

    test('messages to a connected receiver are delivered in the order in which one connection sent them', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      const sender = await wsmq.connect(alice);
      for (let part = 0; part < 10; part++)
        await Promise.all(numbers(part * 100 + 1, part * 100 + 100).map(n => sender.send(`user:${bob}`, n)));
      await receiver.receives(1000);
      assert.deepEqual(receiver.bodies, numbers(1, 1000));
    });

    test('a handler that fails acknowledges neither its message nor a later one', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const sender = await wsmq.connect(alice);
      for (const n of numbers(1, 10)) await sender.send(`user:${bob}`, n);
      const shown = [];
      const receiver = await wsmq.connect(bob, {
        show: async m => {
          if (m.body === 5) throw new Error('cannot show it');
          shown.push(m.body);
        },
      });
      await receiver.receives(10);
      await eventually(() => `four are shown, and not ${shown}`, () => shown.length >= 4);
      assert.deepEqual(shown, [1, 2, 3, 4]);

      // The handler's ack was sent without waiting: repeat it as a call, which completes once the cursor is stored.
      await receiver.ack(receiver.received[3]);
      await receiver.stop();
      const again = await wsmq.connect(bob);
      await again.receives(6);
      assert.deepEqual(again.bodies, numbers(5, 10));
    });
  });
}

describe('offline, a node that is killed', () => {
  const wsmq = Setting.of();

  test('the embedded store keeps receipted messages and the cursor', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const sender = await wsmq.connect(alice);
    const receiver = await wsmq.connect(bob, { ack: false });
    const receipts = [];
    for (const n of numbers(1, 20)) receipts.push(await sender.send(`user:${bob}`, n));
    await receiver.receives(20);
    await receiver.ack(receiver.received[6]);
    await wsmq.node.kill();
    await eventually('the receiver is disconnected', () => receiver.closed);

    const node = await wsmq.startNode();
    const again = await wsmq.connect(bob, { node });
    await again.receives(13);
    assert.deepEqual(again.positions, receipts.slice(7).map(r => r.position));
    const retry = await (await wsmq.connect(alice, { node })).send(`user:${bob}`, 20, { id: receipts[19].id });
    assert.deepEqual(retry, { ...receipts[19], duplicate: true });
  });
});
