import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

for (const store of stores) {
  describe(`messages, ${store} store`, () => {
    const wsmq = Setting.of({ store });

    test('a message is received as it was sent, with the sender added', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      const sender = await wsmq.connect(alice);
      const before = Date.now();
      const receipt = await sender.connection.invoke('Send', {
        to: `user:${bob}`, id: 'order-1', type: 'chat', body: { text: 'hi', n: [1, 2.5, null, true] },
        headers: { trace: 'a|b', lang: 'de' }, correlationId: 'c-1',
        replyTo: `user:${alice}`,
      });
      await receiver.receives(1);

      const { name, sentAt, ...delivery } = receiver.events[0];
      assert.deepEqual(delivery, {
        source: `user:${bob}`, position: receipt.position, previous: '0000000000000000', id: 'order-1', sender: alice, type: 'chat',
        body: { text: 'hi', n: [1, 2.5, null, true] }, headers: { trace: 'a|b', lang: 'de' }, correlationId: 'c-1',
        replyTo: `user:${alice}`,
      });
      assert.deepEqual(receipt, { id: 'order-1', position: delivery.position, duplicate: false });
      assert.match(receipt.position, /^\d{16}$/);
      assert.ok(Math.abs(sentAt - before) < 60_000, `sentAt is in milliseconds: ${sentAt}`);
    });

    test('two users reply to each other', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const a = await wsmq.connect(alice);
      const b = await wsmq.connect(bob, { show: m => b.send(m.replyTo, m.body + 1, { correlationId: m.id }) });
      const question = await a.send(`user:${bob}`, 41, { replyTo: `user:${alice}` });
      await a.receives(1);
      assert.equal(a.received[0].body, 42);
      assert.equal(a.received[0].correlationId, question.id);
    });

    test('bytes are sent in data', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      const sender = await wsmq.connect(alice);
      const bytes = Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255));
      await sender.connection.invoke('Send', { to: `user:${bob}`, data: bytes.toString('base64'), contentType: 'image/png' });
      await sender.connection.invoke('Send', { to: `user:${bob}`, data: '' });
      await receiver.receives(2);
      const [image, nothing] = receiver.received;
      assert.deepEqual(Buffer.from(image.data, 'base64'), bytes);
      assert.equal(image.contentType, 'image/png');
      assert.ok(!('body' in image));
      assert.equal(nothing.data, '');
      assert.equal(nothing.contentType, 'application/octet-stream');
    });

    test('any text is received unchanged', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      const sender = await wsmq.connect(alice);
      const bodies = [
        '\u001e{"type":7}\u001e', '\u0000\u0001\u007f\u0085\u2028\u2029', 'Grüße, 世界, שלום, 👩‍👩‍👧‍👦', '"quoted" \\ / \n\r\t',
        'e\u0301 \u00e9 ｂob аlice',
        '</script><!--', '', { '\u001e': '\u001e', 'ключ': ['\u001e'] }, { __proto__: null, constructor: 1 }, '\ufeff', 'x'.repeat(200_000),
        null, false, 0, -1.5e-7, [], {}, 9007199254740991,
      ];
      for (const body of bodies) await sender.send(`user:${bob}`, body);
      await receiver.receives(bodies.length);
      receiver.bodies.forEach((body, i) => assert.equal(JSON.stringify(body ?? null), JSON.stringify(bodies[i])));
    });

    test('headers and ids keep characters that a frame must not contain raw', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      const sender = await wsmq.connect(alice);
      const headers = { 'a\u001eb': '\u001e{"type":7}\u001e', '"': '\\"\n\u2028ü' };
      await sender.send(`user:${bob}`, 1, { headers, id: 'ü"\\|/', correlationId: '世界' });
      await receiver.receives(1);
      assert.deepEqual(receiver.received[0].headers, headers);
      assert.equal(receiver.received[0].id, 'ü"\\|/');
      assert.equal(receiver.received[0].correlationId, '世界');
    });

    test('names may contain colons, pipes, slashes and spaces', async () => {
      const [sender] = await Promise.all(wsmq.users('alice').map(user => wsmq.connect(user)));
      const names = [
        'auth0|5f7c8ec7c33c6c004bbafe82', 'urn:shop:customer:7', 'https://id.example/u/1?x=y#z', 'DOMAIN\\bob', 'bob@example.test',
        'Bob van Dyck',
        ':', '::', '{tag}', '*', '%3A', '😀', '世界', 'Ωmega'.normalize('NFKC').slice(1), 'user:bob', 'Ü'.repeat(128), 'a'.repeat(256),
      ];
      for (const name of names) {
        const receiver = await wsmq.connect(name, { device: 'Tablet 7 / küche:1|x' });
        const receipt = await sender.send(`user:${name}`, name);
        await receiver.receives(1);
        assert.deepEqual([receiver.received[0].source, receiver.received[0].body], [`user:${name}`, name]);
        await receiver.settles();
        await receiver.stop();

        const again = await wsmq.connect(name, { device: 'Tablet 7 / küche:1|x' });
        await sender.send(`user:${name}`, 'more');
        await again.receives(1);
        assert.equal(again.received[0].previous, receipt.position);
        assert.deepEqual(again.bodies, ['more']);
        await again.stop();
      }
    });

    test('names that differ only in case are different users', async () => {
      const [lower] = wsmq.users('bob');
      const upper = lower.toUpperCase();
      const [small, large] = [await wsmq.connect(lower), await wsmq.connect(upper)];
      await small.send(`user:${upper}`, 'for the large one');
      await large.receives(1);
      await large.send(`user:${lower}`, 'for the small one');
      await small.receives(1);
      assert.deepEqual([small.bodies, large.bodies], [['for the small one'], ['for the large one']]);
    });

    test('every device of a user receives every message', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const phone = await wsmq.connect(bob, { device: 'phone' });
      const laptop = await wsmq.connect(bob, { device: 'laptop' });
      const sender = await wsmq.connect(alice);
      await sender.send(`user:${bob}`, 1);
      await phone.receives(1);
      await phone.settles();
      await laptop.receives(1);
      await phone.stop();
      await sender.send(`user:${bob}`, 2);
      await laptop.receives(2);
      const later = await wsmq.connect(bob, { device: 'phone' });
      await later.receives(1);
      assert.deepEqual([phone.bodies, laptop.bodies, later.bodies], [[1], [1, 2], [2]]);
    });

    test('a message with a repeated id gets the first receipt, and is delivered once', async () => {
      const [alice, bob, carol] = wsmq.users('alice', 'bob', 'carol');
      const sender = await wsmq.connect(alice);
      const first = await sender.send(`user:${bob}`, 'first', { id: 'same' });
      const second = await sender.send(`user:${bob}`, 'second', { id: 'same' });
      const again = await (await wsmq.connect(alice)).send(`user:${bob}`, 'third', { id: 'same' });
      assert.deepEqual(second, { id: 'same', position: first.position, duplicate: true });
      assert.deepEqual(again, second, 'on another connection as well');

      const elsewhere = await sender.send(`user:${carol}`, 'elsewhere', { id: 'same' });
      const other = await (await wsmq.connect(carol)).send(`user:${bob}`, 'other', { id: 'same' });
      assert.deepEqual([elsewhere.duplicate, other.duplicate], [false, false], 'an id is scoped to one sender and one address');
      const receiver = await wsmq.connect(bob);
      await receiver.receives(2);
      assert.deepEqual(receiver.bodies, ['first', 'other']);
    });

    test('without an id the server generates one, and every send stores a message', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const sender = await wsmq.connect(alice);
      const receipts = [await sender.send(`user:${bob}`, 1), await sender.send(`user:${bob}`, 1, { id: null })];
      assert.equal(new Set(receipts.map(r => r.id)).size, 2);
      assert.deepEqual(receipts.map(r => r.duplicate), [false, false]);
    });

    test('more concurrent sends than allowed are refused with a retryable error, and retries succeed', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const receiver = await wsmq.connect(bob);
      const sender = await wsmq.connect(alice);
      const send = async n => {
        for (;;) {
          try {
            return await sender.send(`user:${bob}`, n, { id: `n-${n}` });
          } catch (e) {
            assert.match(e.message, /\[wsmq 4003 too-many-sends retry\]/);
          }
        }
      };
      const receipts = await Promise.all(Array.from({ length: 1000 }, (_, n) => send(n)));
      await receiver.receives(1000);
      assert.deepEqual(receiver.positions, receipts.map(r => r.position).sort());
      assert.deepEqual(receiver.bodies.toSorted((a, b) => a - b), receipts.map((_, n) => n));
    });

    test('a message to its own sender is delivered', async () => {
      const [alice] = wsmq.users('alice');
      const client = await wsmq.connect(alice);
      await client.send(`user:${alice}`, 'note');
      await client.receives(1);
      assert.equal(client.received[0].sender, alice);
    });

    test('a token is never logged', async () => {
      const [alice] = wsmq.users('alice');
      const token = wsmq.node.token(alice);
      await wsmq.connectRaw(alice);
      const response = await fetch(`${wsmq.node.hub}?access_token=${token}`);
      assert.equal(response.status, 426);
      await eventually('the host has logged', () => wsmq.node.output.length > 0);
      assert.ok(!wsmq.node.output.includes(token.split('.')[2]));
    });
  });
}
