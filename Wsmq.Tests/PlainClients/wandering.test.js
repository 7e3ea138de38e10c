import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { seeded } from './support/random.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

const ROUNDS = Number(process.env.WSMQ_ROUNDS ?? 60);
const SEED = Number(process.env.WSMQ_SEED ?? randomInt(2 ** 31));

for (const store of stores) {
  describe(`a wandering client, ${store} store`, () => {
    // Small enough that the client repeatedly falls back from memory to the log, and waits at a full window.
    const nodes = store === 'redis' ? 2 : 1;
    const wsmq = Setting.of({ store, nodes, settings: { Options__Delivery__MaxInFlightMessages: 16, Options__Delivery__CachedEntriesPerAddress: 8 } });

    test('acks, resumes, cuts and changes of the node in random order cause no loss, no gap and no reordering', async t => {
      t.diagnostic(`WSMQ_SEED=${SEED}`);
      const random = seeded(SEED);
      const [alice, bob] = wsmq.users('alice', 'bob');
      const source = `user:${bob}`;
      const proxy = await wsmq.proxy(wsmq.node.hub);
      const sender = await wsmq.connect(alice);
      const receiver = await wsmq.connect(bob, { hub: proxy.hub, ack: false, reconnect: true });
      const receipts = [];
      const beginnings = new Set(['0000000000000000']);

      const any = () => receiver.received[random(receiver.received.length)];
      // A call that fails because its connection is cut is ignored.
      const say = async (method, delivery) => {
        if (!delivery) return;
        beginnings.add(delivery.position);
        await receiver.connection.invoke(method, source, delivery.position).catch(() => {});
      };
      const actions = [
        async () => receipts.push(...await Promise.all(Array.from({ length: 1 + random(40) }, () => sender.send(source, null)))),
        () => say('Ack', any()),
        () => say('Ack', receiver.received.at(-1)),
        () => say('Resume', any()),
        async () => {
          proxy.leadTo(wsmq.nodes[random(nodes)].hub);
          proxy.cut();
        },
      ];
      for (let round = 0; round < ROUNDS; round++) await actions[random(actions.length)]();
      receipts.push(await sender.send(source, 'last'));

      // Only acks from here on, so that all remaining messages are delivered.
      const last = receipts.at(-1).position;
      await eventually(() => `the last message is delivered: ${receiver.positions.at(-1)} of ${last}`, async () => {
        await say('Ack', receiver.received.at(-1));
        return receiver.positions.at(-1) === last;
      });

      const place = new Map(receipts.map((receipt, i) => [receipt.position, i]));
      const positions = ['0000000000000000', ...receiver.positions];
      for (let i = 1; i < positions.length; i++) {
        const { previous } = receiver.received[i - 1];
        const follows = previous === positions[i - 1] || beginnings.has(previous);
        assert.ok(follows, `delivery ${i} follows the previous one, or starts at an acknowledged or resumed position`);
        assert.equal(previous, receipts[place.get(positions[i]) - 1]?.position ?? '0000000000000000');
      }

      assert.deepEqual(receiver.gaps, []);
      assert.deepEqual([...new Set(receiver.positions)].sort(), receipts.map(r => r.position));
    });
  });
}
