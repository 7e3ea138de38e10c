import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

const WINDOW = 256;

for (const store of stores) {
  describe(`window, ${store} store`, () => {
    const wsmq = Setting.of({ store, settings: { Options__Delivery__StallAfter: '00:00:00.5' } });

    async function sendMany(to, count) {
      const sender = await wsmq.connect(wsmq.users('alice')[0]);
      const receipts = [];
      while (receipts.length < count)
        receipts.push(...await Promise.all(Array.from({ length: Math.min(100, count - receipts.length) }, () => sender.send(to, null))));
      return receipts.map(r => r.position);
    }

    // Stalled is sent only after the server has waited with a full window, so it is no coincidence that nothing more arrived before it.
    const stalls = (client, times) => eventually(`the server has waited for acks ${times} times`, () => client.stalled.length === times);

    test('without acks exactly one window is delivered, and acks release the rest', async () => {
      const [bob] = wsmq.users('bob');
      const positions = await sendMany(`user:${bob}`, 600);
      const receiver = await wsmq.connect(bob, { ack: false });
      await stalls(receiver, 1);
      assert.deepEqual(receiver.positions, positions.slice(0, WINDOW));
      assert.deepEqual(receiver.stalled, [{ name: 'Stalled', source: `user:${bob}`, position: positions[WINDOW - 1] }]);

      await receiver.ack(receiver.received[9]);
      await stalls(receiver, 2);
      assert.deepEqual(receiver.positions, positions.slice(0, WINDOW + 10), 'as many more as were acknowledged');

      await receiver.ack(receiver.received.at(-1));
      await stalls(receiver, 3);
      assert.deepEqual(receiver.positions, positions.slice(0, 2 * WINDOW + 10), 'an ack covers everything before it');

      await receiver.ack(receiver.received.at(-1));
      await receiver.receives(600);
      assert.deepEqual(receiver.positions, positions);
    });

    test('repeated and late acks release no further messages', async () => {
      const [bob] = wsmq.users('bob');
      const positions = await sendMany(`user:${bob}`, 400);
      const receiver = await wsmq.connect(bob, { ack: false });
      await stalls(receiver, 1);
      for (const index of [49, 49, 0, 48, 49]) await receiver.ack(receiver.received[index]);
      await stalls(receiver, 2);
      assert.deepEqual(receiver.positions, positions.slice(0, WINDOW + 50));
    });

    test('a reader that does not acknowledge delays neither its other device nor other users', async () => {
      const [bob, carol] = wsmq.users('bob', 'carol');
      const silent = await wsmq.connect(bob, { ack: false, device: 'silent' });
      const busy = await wsmq.connect(bob, { device: 'busy' });
      const other = await wsmq.connect(carol);
      const positions = await sendMany(`user:${bob}`, 500);
      await sendMany(`user:${carol}`, 500);
      await busy.receives(500);
      await other.receives(500);
      await stalls(silent, 1);
      assert.deepEqual(busy.positions, positions);
      assert.deepEqual(silent.positions, positions.slice(0, WINDOW));
    });
  });
}
