import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { refuses } from './support/errors.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

const START = '0000000000000000';

for (const store of stores) {
  describe(`positions, ${store} store`, () => {
    const wsmq = Setting.of({ store });

    async function queueOf(count) {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const sender = await wsmq.connect(alice);
      const receipts = await Promise.all(Array.from({ length: count }, (_, n) => sender.send(`user:${bob}`, n)));
      return { bob, source: `user:${bob}`, sender, positions: receipts.map(r => r.position) };
    }

    test('a new connection continues after the last ack, and repeats unacknowledged messages', async () => {
      const { bob, positions } = await queueOf(20);
      const first = await wsmq.connect(bob, { ack: false });
      await first.receives(20);
      await first.ack(first.received[7]);
      await first.stop();
      const second = await wsmq.connect(bob, { ack: false });
      await second.receives(12);
      assert.deepEqual(second.positions, positions.slice(8));
      assert.equal(second.received[0].previous, positions[7]);
    });

    test('a client whose connection is cut reconnects by itself, without loss and in order', async () => {
      const { bob, source, sender, positions } = await queueOf(10);
      const proxy = await wsmq.proxy(wsmq.node.hub);
      const receiver = await wsmq.connect(bob, { hub: proxy.hub, ack: false, reconnect: true });
      await receiver.receives(10);
      await receiver.ack(receiver.received[3]);
      proxy.cut();
      const later = await Promise.all([sender.send(source, 'a'), sender.send(source, 'b')]);
      await receiver.receives(10 + 6 + 2);
      assert.deepEqual(receiver.positions, [...positions, ...positions.slice(4), ...later.map(r => r.position)]);
      assert.deepEqual(receiver.gaps, []);
    });

    test('Resume continues after a position that the client stored', async () => {
      const { bob, source, positions } = await queueOf(20);
      const receiver = await wsmq.connect(bob, { ack: false });
      await receiver.receives(20);
      await receiver.resume(source, positions[14]);
      await receiver.receives(25);
      assert.deepEqual(receiver.positions, [...positions, ...positions.slice(15)]);
      assert.deepEqual(receiver.gaps, []);
    });

    test('Resume reads from before the cursor while the entries are retained, and does not move the cursor', async () => {
      const { bob, source, positions } = await queueOf(10);
      const first = await wsmq.connect(bob, { ack: false });
      await first.receives(10);
      await first.ack(first.received[6]);
      await first.resume(source, positions[1]);
      await first.receives(18);
      assert.deepEqual(first.positions.slice(10), positions.slice(2));
      await first.stop();
      const second = await wsmq.connect(bob, { ack: false });
      await second.receives(3);
      assert.deepEqual(second.positions, positions.slice(7));
    });

    test('Resume from sixteen zeros delivers all retained messages', async () => {
      const { bob, source, positions } = await queueOf(10);
      const receiver = await wsmq.connect(bob);
      await receiver.receives(10);
      await receiver.settles();
      await receiver.resume(source, START);
      await receiver.receives(20);
      assert.deepEqual(receiver.positions, [...positions, ...positions]);
      assert.deepEqual(receiver.gaps, []);
    });

    test('Resume from the newest position delivers only new messages', async () => {
      const { bob, source, sender, positions } = await queueOf(5);
      const receiver = await wsmq.connect(bob, { ack: false });
      await receiver.receives(5);
      await receiver.resume(source, positions[4]);
      const { position } = await sender.send(source, 'new');
      await receiver.receives(6);
      assert.deepEqual(receiver.positions, [...positions, position]);
    });

    test('Resume of an empty queue from sixteen zeros waits for the first message', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      await receiver.resume(`user:${bob}`, START);
      await (await wsmq.connect(alice)).send(`user:${bob}`, 'first');
      await receiver.receives(1);
      assert.deepEqual([receiver.bodies, receiver.gaps], [['first'], []]);
    });

    test('invalid positions are refused, and change nothing', async () => {
      const { bob, source, sender, positions } = await queueOf(3);
      const receiver = await wsmq.connect(bob, { ack: false });
      await receiver.receives(3);
      const malformed = ['', '1', 'abc', positions[0].slice(1), `${positions[0]}0`, ` ${positions[0].slice(1)}`,
        `-${positions[0].slice(1)}`, '٠'.repeat(16), '9'.repeat(16), '0x00000000000001', '1e15000000000000',
        `${positions[0]}\n`, '0'.repeat(100_000), null];
      for (const position of malformed) {
        await refuses(receiver.connection.invoke('Ack', source, position), 2005, 'invalid-position');
        await refuses(receiver.resume(source, position), 2005, 'invalid-position');
      }

      const beyond = String(BigInt(positions[2]) + 1n).padStart(16, '0');
      for (const position of [beyond, '9007199254740991']) {
        await refuses(receiver.connection.invoke('Ack', source, position), 4001, 'ack-beyond-tail');
        await refuses(receiver.resume(source, position), 4002, 'position-beyond-tail');
      }

      await receiver.connection.send('Ack', source, 'not a position');
      const { position } = await sender.send(source, 'still there');
      await receiver.receives(4);
      assert.deepEqual(receiver.positions, [...positions, position]);
      await receiver.stop();
      const again = await wsmq.connect(bob, { ack: false });
      await again.receives(4);
      assert.deepEqual(again.positions, [...positions, position], 'the cursor has not moved');
    });

    test("a user cannot acknowledge or resume another user's queue", async () => {
      const { bob, source, positions } = await queueOf(3);
      const [mallory] = wsmq.users('mallory');
      const intruder = await wsmq.connect(mallory);
      for (const address of [source, 'group:staff', 'work:jobs']) {
        await refuses(intruder.connection.invoke('Ack', address, positions[2]), 3002, 'read-not-allowed');
        await refuses(intruder.resume(address, START), 3002, 'read-not-allowed');
      }

      const receiver = await wsmq.connect(bob);
      await receiver.receives(3);
      assert.deepEqual(receiver.positions, positions);
      assert.deepEqual(intruder.events, []);
    });

    test('a user has at most 16 devices, and each can reconnect', async () => {
      const [bob] = wsmq.users('bob');
      const source = `user:${bob}`;
      const devices = Array.from({ length: 16 }, (_, i) => `device-${i}`);
      for (const device of [...devices, devices[0]]) await (await wsmq.connect(bob, { device })).resume(source, START);
      const client = wsmq.client(bob, { device: 'one-more' });
      const ended = client.start().then(() => eventually('the connection is closed', () => client.closed));
      await refuses(ended.then(error => { throw error; }), 1003, 'too-many-devices');
    });

    test('a connection that is refused receives the error code', async () => {
      const cases = [
        [{ device: '' }, 1002, 'invalid-device'],
        [{ device: 'x'.repeat(65) }, 1002, 'invalid-device'],
        [{ device: 'ph\u200bone' }, 1002, 'invalid-device'],
        [{ claims: { sub: undefined } }, 1001, 'no-user-identifier'],
        [{ claims: { sub: 'аlice' } }, 1004, 'invalid-user-identifier'],
        [{ claims: { sub: 'bob\u0000' } }, 1004, 'invalid-user-identifier'],
        [{ claims: { sub: 'b'.repeat(257) } }, 1004, 'invalid-user-identifier'],
      ];
      for (const [options, number, code] of cases) {
        const client = wsmq.client(wsmq.users('bob')[0], options);
        const ended = client.start().then(() => eventually(`the connection is closed with ${code}`, () => client.closed));
        await refuses(ended.then(error => { throw error; }), number, code);
      }
    });
  });
}
