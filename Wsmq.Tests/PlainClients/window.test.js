import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

const WINDOW = 256;

for (const store of stores) {
  describe(`window, ${store} store`, () => {
    const wsmq = Setting.of({ store, settings: { Options__StallAfter: '00:00:00.5' } });

    async function sendMany(to, count) {
      const sender = await wsmq.connect(wsmq.users('alice')[0]);
      const receipts = [];
      while (receipts.length < count)
        receipts.push(...await Promise.all(Array.from({ length: Math.min(100, count - receipts.length) }, () => sender.send(to, null))));
      return receipts.map(r => r.position);
    }

    // Stalled comes only once the server has waited at a full window: that nothing more came until then is no accident of timing.
    const stalls = (client, times) => eventually(`the server waits for acks, time ${times}`, () => client.stalled.length === times);

    test('without acks exactly the window comes; acks let the rest come', async () => {
      const [bob] = wsmq.users('bob');
      const positions = await sendMany(`user:${bob}`, 600);
      const receiver = await wsmq.connect(bob, { ack: false });
      await stalls(receiver, 1);
      assert.deepEqual(receiver.positions, positions.slice(0, WINDOW));
      assert.deepEqual(receiver.stalled, [{ name: 'Stalled', source: `user:${bob}`, position: positions[WINDOW - 1] }]);

      await receiver.ack(receiver.received[9]);
      await stalls(receiver, 2);
      assert.deepEqual(receiver.positions, positions.slice(0, WINDOW + 10), 'as many as were acknowledged');

      await receiver.ack(receiver.received.at(-1));
      await stalls(receiver, 3);
      assert.deepEqual(receiver.positions, positions.slice(0, 2 * WINDOW + 10), 'an ack counts for everything before it');

      await receiver.ack(receiver.received.at(-1));
      await receiver.receives(600);
      assert.deepEqual(receiver.positions, positions);
    });

    test('acks that come twice, or late, free nothing a second time', async () => {
      const [bob] = wsmq.users('bob');
      const positions = await sendMany(`user:${bob}`, 400);
      const receiver = await wsmq.connect(bob, { ack: false });
      await stalls(receiver, 1);
      for (const index of [49, 49, 0, 48, 49]) await receiver.ack(receiver.received[index]);
      await stalls(receiver, 2);
      assert.deepEqual(receiver.positions, positions.slice(0, WINDOW + 50));
    });

    test('a reader that does not acknowledge holds up neither its other device nor anybody else', async () => {
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
