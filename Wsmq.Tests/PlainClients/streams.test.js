import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as signalR from '@microsoft/signalr';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

// As in docs/protocol.md: at most as many messages in flight as the server accepts.
function publish(connection, messages, credit = 128) {
  return new Promise((resolve, reject) => {
    const upload = new signalR.Subject();
    const results = [];
    let next = 0;
    const sendSome = () => {
      const some = messages.slice(next, next + credit - (next - results.length));
      next += some.length;
      if (some.length > 0) upload.next(some);
      if (next === messages.length) upload.complete();
    };
    connection.stream('SendStream', upload).subscribe({
      next: some => { results.push(...some); if (next < messages.length) sendSome(); },
      complete: () => resolve(results),
      error: reject,
    });
    sendSome();
  });
}

for (const store of stores) {
  describe(`streams of sends, ${store} store`, () => {
    const wsmq = Setting.of({ store });

    test('a thousand messages are delivered once and in order, and only the invalid ones among them fail', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      const sender = await wsmq.connect(alice);
      const messages = Array.from({ length: 1000 }, (_, i) => ({ to: i % 100 === 50 ? 'nowhere' : `user:${bob}`, id: `m${i}`, body: i }));

      const results = await publish(sender.connection, messages);

      const byNumber = new Map(results.map(r => [r.number, r]));
      assert.equal(byNumber.size, 1000);
      messages.forEach((m, i) => {
        const result = byNumber.get(i);
        assert.equal(result.id, m.id);
        if (i % 100 === 50) assert.match(result.error, /\[wsmq 2001 invalid-address final\]/);
        else assert.match(result.position, /^\d{16}$/);
      });
      await receiver.receives(990);
      assert.deepEqual(receiver.bodies, messages.filter(m => m.to !== 'nowhere').map(m => m.body));
    });

    test('a call with many messages returns a result for each', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      const sender = await wsmq.connect(alice);

      const results = await sender.connection.invoke('SendMany', [{ to: `user:${bob}`, id: 'a', body: 1 }, { body: 2 }, { to: `user:${bob}`, id: 'a' }]);

      assert.deepEqual(results[0], { number: 0, id: 'a', position: results[0].position });
      assert.match(results[1].error, /\[wsmq 2001 /);
      assert.deepEqual(results[2], { number: 2, id: 'a', position: results[0].position, duplicate: true });
      await receiver.receives(1);
    });

    test('an argument that is not an array of messages is refused with an error code', async () => {
      const [alice] = wsmq.users('alice');
      const sender = await wsmq.connect(alice);
      for (const odd of [null, 7, 'x', {}, [[]], [null]]) {
        const results = await sender.connection.invoke('SendMany', odd);
        assert.match(results[0].error, /\[wsmq 200[18] /, JSON.stringify(odd));
      }
    });
  });
}
