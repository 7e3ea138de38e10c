import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountFor } from './support/account.js';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

const KEPT = 10;
const START = '0000000000000000';

for (const store of stores) {
  describe(`retention, ${store} store`, () => {
    // A small in-flight window, and no entries cached in memory: a slow reader falls back to a log that was trimmed meanwhile.
    const wsmq = Setting.of({
      store,
      settings: { Options__Retention__MaxCount: KEPT, Options__Delivery__MaxInFlightMessages: 4, Options__Delivery__CachedEntriesPerAddress: 0, Options__Delivery__StallAfter: '00:00:00.3' },
    });

    async function sendAll(to, count) {
      const sender = await wsmq.connect(wsmq.users('alice')[0]);
      const receipts = [];
      for (let n = 0; n < count; n++) receipts.push(await sender.send(to, n));
      return receipts;
    }

    test('entries that were trimmed while a device was disconnected are announced with their exact positions', async () => {
      const [bob] = wsmq.users('bob');
      const source = `user:${bob}`;
      const early = await sendAll(source, 3);
      const first = await wsmq.connect(bob);
      await first.receives(3);
      await first.settles();
      await first.stop();

      const late = await sendAll(source, 30);
      const second = await wsmq.connect(bob);
      await second.receives(KEPT);
      assert.equal(second.events[0].name, 'Gap', 'the gap is announced before delivery continues');
      assert.equal(second.gaps.length, 1);
      const [gap] = second.gaps;
      assert.deepEqual([gap.source, gap.after, gap.reason], [source, early[2].position, 'retention']);
      assert.deepEqual(second.positions, late.slice(-KEPT).map(r => r.position));
      assert.deepEqual(accountFor(late, second, source), late.slice(0, -KEPT).map(r => r.position));
      assert.ok(late[19].position < gap.before && gap.before <= late[20].position);
      assert.equal(second.received[0].previous, late[19].position, 'the previous of the first delivery lies inside the gap');
    });

    test('a new device starts at the oldest retained entry, without a gap', async () => {
      const [bob] = wsmq.users('bob');
      const receipts = await sendAll(`user:${bob}`, 25);
      const receiver = await wsmq.connect(bob);
      await receiver.receives(KEPT);
      assert.deepEqual(receiver.positions, receipts.slice(-KEPT).map(r => r.position));
      assert.deepEqual(receiver.gaps, []);
    });

    test('Resume after a position that was trimmed announces the entries missing since then', async () => {
      const [bob] = wsmq.users('bob');
      const source = `user:${bob}`;
      const receipts = await sendAll(source, 25);
      const receiver = await wsmq.connect(bob);
      await receiver.receives(KEPT);
      await receiver.settles();
      for (const [after, missing] of [[receipts[4].position, 10], [START, 15]]) {
        receiver.events.length = 0;
        await receiver.resume(source, after);
        await receiver.receives(KEPT);
        assert.equal(receiver.gaps.length, 1);
        assert.equal(receiver.gaps[0].after, after);
        assert.equal(accountFor(receipts.slice(15 - missing), receiver, source).length, missing);
      }
    });

    test('a slow reader whose window is full is notified of what it missed, and nothing is lost silently', async () => {
      const [bob] = wsmq.users('bob');
      const source = `user:${bob}`;
      const receiver = await wsmq.connect(bob, { ack: false });
      // The first four fill the window before messages are sent that could trim them from the log.
      const receipts = await sendAll(source, 4);
      await receiver.receives(4);
      receipts.push(...await sendAll(source, 36));
      await eventually('the server waits for acks', () => receiver.stalled.length === 1);
      assert.deepEqual(receiver.positions, receipts.slice(0, 4).map(r => r.position));
      const last = receipts.at(-1).position;
      await eventually('the newest message arrives', async () => {
        await receiver.ack(receiver.received.at(-1));
        return receiver.positions.includes(last);
      });
      const missing = accountFor(receipts, receiver, source);
      assert.ok(missing.length > 0 && missing.length <= 40 - 4 - KEPT, `${missing.length} are missing`);
      assert.ok(receiver.gaps.every(gap => gap.reason === 'retention'));
    });

    test('a gap is not announced again once a message after it was acknowledged', async () => {
      const [bob] = wsmq.users('bob');
      const source = `user:${bob}`;
      await sendAll(source, 1);
      const first = await wsmq.connect(bob);
      await first.receives(1);
      await first.settles();
      await first.stop();
      const receipts = await sendAll(source, 20);
      const second = await wsmq.connect(bob);
      await second.receives(KEPT);
      assert.equal(second.gaps.length, 1);
      await second.settles();
      await second.stop();
      const third = await wsmq.connect(bob);
      const [more] = await sendAll(source, 1);
      await third.receives(1);
      assert.deepEqual([third.gaps, third.received[0].previous, third.positions], [[], receipts.at(-1).position, [more.position]]);
    });
  });
}

for (const store of stores) {
  describe(`consumed messages, ${store} store`, () => {
    const wsmq = Setting.of({ store, settings: { Options__Delivery__AckGrace: '00:00:00' } });

    test('messages that all devices acknowledged are removed after the grace, and announced to a device that resumes there', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const source = `user:${bob}`;
      const sender = await wsmq.connect(alice);
      const receipts = [];
      for (let n = 0; n < 10; n++) receipts.push(await sender.send(source, n));

      // The laptop first: what the phone acknowledges before the laptop is registered would be removed at once.
      const laptop = await wsmq.connect(bob, { device: 'laptop', ack: false });
      await laptop.receives(10);
      const phone = await wsmq.connect(bob, { device: 'phone' });
      await phone.receives(10);
      await phone.settles();
      await laptop.ack(laptop.received[5]);

      // Consumed messages are removed with the next append at the latest, but only up to what the slower device still needs.
      receipts.push(await sender.send(source, 10));
      await phone.receives(11);
      await eventually('a resume from the start announces the gap', async () => {
        phone.events.length = 0;
        await phone.resume(source, START);
        await eventually('the newest message is delivered again', () => phone.positions.includes(receipts[10].position));
        return phone.gaps.length === 1;
      });
      const [gap] = phone.gaps;
      assert.deepEqual([gap.after, gap.reason], [START, 'consumed']);
      assert.deepEqual(accountFor(receipts, phone, source), receipts.slice(0, 6).map(r => r.position));
      await laptop.stop();
      const again = await wsmq.connect(bob, { device: 'laptop', ack: false });
      await again.receives(5);
      assert.deepEqual([again.positions, again.gaps], [receipts.slice(6).map(r => r.position), []]);
    });
  });
}
