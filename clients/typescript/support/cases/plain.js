import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { numbers } from '../pages.js';
import { STORES } from './stores.js';

const KEPT = 10;

/**
 * What Wsmq.Tests/PlainClients requires of the server for a client without a library, as far as it can be seen through this client.
 * @param Environment where the clients run: a Setting
 * @param stores the stores, with the number of nodes
 */
export function plain(Environment, stores = STORES) {
  for (const [store, nodes] of stores) {
    describe(`as for plain clients, ${nodes} nodes with ${store}`, () => {
      const wsmq = Environment.of({ store, nodes });
      const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes.at(-1)];

      test('any text is received unchanged', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const receiver = await wsmq.open(bob, { node: last() });
        const sender = await wsmq.open(alice);
        const bodies = [
          '\u001e{"type":7}\u001e', '\u0000\u0001\u007f\u0085\u2028\u2029', 'Grüße, 世界, שלום, 👩‍👩‍👧‍👦', '"quoted" \\ / \n\r\t',
          '</script><!--', '',
          { '\u001e': '\u001e', 'ключ': ['\u001e'] }, { constructor: 1 }, '\ufeff', 'x'.repeat(200_000), null, false, 0, -1.5e-7, [], {},
          9007199254740991,
        ];
        const headers = { 'a\u001eb': '\u001e{"type":7}\u001e', '"': '\\"\n\u2028ü' };
        for (const body of bodies) await sender.send(`user:${bob}`, body);
        await sender.send(`user:${bob}`, 'last', { headers, id: 'ü"\\|/', correlationId: '世界' });
        await receiver.shows(bodies.length + 1);
        assert.deepEqual(receiver.bodies, [...bodies, 'last']);
        const { headers: received, id, correlationId } = receiver.received.at(-1);
        assert.deepEqual([received, id, correlationId], [headers, 'ü"\\|/', '世界']);
      });

      test('names may contain colons, pipes, slashes and spaces, and differ in case', async () => {
        const sender = await wsmq.open(wsmq.users('alice')[0]);
        const device = 'Tablet 7 / küche:1|x';
        const url = 'https://id.example/u/1?x=y#z';
        for (const name of ['auth0|5f7c', 'urn:shop:7', url, 'DOMAIN\\bob', 'Bob van Dyck', '::', '%3A', '😀', 'Bob', 'bob']) {
          const receiver = await wsmq.open(name, { device });
          const receipt = await sender.send(`user:${name}`, name);
          await receiver.shows(1);
          assert.deepEqual([receiver.received[0].source, receiver.bodies], [`user:${name}`, [name]]);
          await receiver.stop();
          const again = await wsmq.open(name, { device, node: last() });
          await sender.send(`user:${name}`, 'more');
          await again.shows(1);
          assert.deepEqual([again.bodies, again.received[0].previous], [['more'], receipt.position]);
          await again.stop();
        }
      });

      test('every device of a user receives every message, also what was sent while it was away', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const phone = await wsmq.open(bob, { device: 'phone' });
        const laptop = await wsmq.open(bob, { device: 'laptop', node: last() });
        const sender = await wsmq.open(alice);
        await sender.send(`user:${bob}`, 1);
        await Promise.all([phone.shows(1), laptop.shows(1)]);
        await phone.stop();
        await sender.send(`user:${bob}`, 2);
        await laptop.shows(2);
        const later = await wsmq.open(bob, { device: 'phone', node: last() });
        await later.shows(1);
        assert.deepEqual([phone.bodies, laptop.bodies, later.bodies], [[1], [1, 2], [2]]);
      });

      test('300 messages sent before a receiver connects are delivered in order, and are not delivered again', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const sender = await wsmq.open(alice);
        const receipts = await Promise.all(numbers(1, 300).map(n => sender.send(`user:${bob}`, n)));
        const receiver = await wsmq.open(bob, { node: last() });
        await receiver.shows(300);
        assert.deepEqual([receiver.bodies, receiver.positions], [numbers(1, 300), receipts.map(receipt => receipt.position)]);
        await receiver.stop();
        const again = await wsmq.open(bob);
        await sender.send(`user:${bob}`, 'new');
        await again.shows(1);
        assert.deepEqual([again.bodies, again.gaps], [['new'], []]);
      });

      test('with senders on all nodes every device sees the same order', async () => {
        const [alice, carol, bob] = wsmq.users('alice', 'carol', 'bob');
        const devices = [await wsmq.open(bob, { device: 'one' }), await wsmq.open(bob, { device: 'two', node: last() })];
        const senders = [await wsmq.open(alice, { node: first() }), await wsmq.open(carol, { node: last() })];
        await Promise.all(senders.flatMap((sender, i) => numbers(1, 100).map(n => sender.send(`user:${bob}`, [i, n]))));
        for (const device of devices) await device.shows(200);
        assert.deepEqual(devices[0].bodies, devices[1].bodies);
        for (const i of [0, 1]) assert.deepEqual(devices[0].bodies.filter(([sender]) => sender === i).map(([, n]) => n), numbers(1, 100));
      });

      test('a handler that fails acknowledges neither its message nor a later one', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const sender = await wsmq.open(alice);
        for (const n of numbers(1, 10)) await sender.send(`user:${bob}`, n);
        const receiver = await wsmq.open(bob, { show: message => { if (message.body === 5) throw new Error('cannot show it'); } });
        await eventually('it has failed', () => receiver.errors.length > 1);
        await receiver.stop();
        assert.deepEqual(receiver.bodies, [1, 2, 3, 4]);
        const again = await wsmq.open(bob, { node: last() });
        await again.shows(6);
        assert.deepEqual(again.bodies, numbers(5, 10));
      });

      test('a reader that hangs delays neither its other device nor other users', async () => {
        const [alice, bob, carol] = wsmq.users('alice', 'bob', 'carol');
        const begun = [];
        const hangs = await wsmq.open(bob, { device: 'hangs', stopTimeout: 1, show: message => {
          begun.push(message.body);
          return new Promise(() => {});
        } });
        const [busy, other] = [await wsmq.open(bob, { device: 'busy', node: last() }), await wsmq.open(carol)];
        const sender = await wsmq.open(alice);
        await Promise.all([bob, carol].flatMap(user => numbers(1, 300).map(n => sender.send(`user:${user}`, n))));
        await Promise.all([busy.shows(300), other.shows(300)]);
        assert.deepEqual([busy.bodies, other.bodies, begun], [numbers(1, 300), numbers(1, 300), [1]]);
        await hangs.stop();
      });

      test('a message to its own sender is delivered, and its token is never logged', async () => {
        const [alice] = wsmq.users('alice');
        const token = first().token(alice);
        const page = await wsmq.open(alice, { token });
        await page.send(`user:${alice}`, 'note');
        await page.shows(1);
        assert.equal(page.received[0].sender, alice);
        for (const node of wsmq.nodes) assert.ok(!node.output.includes(token.split('.')[2]));
      });
    });

    describe(`retention, as for plain clients, ${store}`, () => {
      const settings = { Options__Retention__MaxCount: KEPT, Options__Delivery__CachedEntriesPerAddress: 0 };
      const wsmq = Environment.of({ store, nodes, settings });

      async function sendAll(to, count) {
        const sender = await wsmq.open(wsmq.users('alice')[0], { show: null });
        const receipts = [];
        for (const n of numbers(1, count)) receipts.push(await sender.send(to, n));
        return receipts;
      }

      test('entries that were trimmed while a device was away are announced once, with their exact positions', async () => {
        const [bob] = wsmq.users('bob');
        const source = `user:${bob}`;
        const [, , early] = await sendAll(source, 3);
        const before = await wsmq.open(bob);
        await before.shows(3);
        await before.stop();
        const late = await sendAll(source, 30);
        const page = await wsmq.open(bob, { node: wsmq.nodes.at(-1) });
        await page.shows(KEPT);
        assert.deepEqual(page.positions, late.slice(-KEPT).map(receipt => receipt.position));
        const [{ source: of, after, before: bound, reason }, ...others] = page.gaps;
        assert.deepEqual([of, after, reason, others], [source, early.position, 'retention', []]);
        assert.ok(late[19].position < bound && bound <= late[20].position);
        await page.stop();
        const again = await wsmq.open(bob);
        await sendAll(source, 1);
        await again.shows(1);
        assert.deepEqual([again.gaps, again.received[0].previous], [[], late.at(-1).position]);
      });

      test('a new device starts at the oldest entry that is kept, without a gap', async () => {
        const [bob] = wsmq.users('bob');
        const receipts = await sendAll(`user:${bob}`, 25);
        const page = await wsmq.open(bob);
        await page.shows(KEPT);
        assert.deepEqual([page.positions, page.gaps], [receipts.slice(-KEPT).map(receipt => receipt.position), []]);
      });
    });
  }

  for (const end of ['kill', 'stop']) {
    describe(`a node that ends, by ${end}`, () => {
      const wsmq = Environment.of({ store: 'redis', nodes: 2 });

      test('its clients go on over the other node: nothing lost, twice or out of order', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const [ending, staying] = wsmq.nodes;
        const proxy = await wsmq.proxy(ending.hub);
        const [receiver, sender] = [await wsmq.open(bob, { hub: proxy.hub }), await wsmq.open(alice, { hub: proxy.hub })];
        const sent = numbers(1, 50).map(n => sender.send(`user:${bob}`, n));
        await receiver.shows(10);
        proxy.leadTo(staying.hub);
        sent.push(...numbers(51, 100).map(n => sender.send(`user:${bob}`, n)));
        await ending[end]();
        sent.push(...numbers(101, 120).map(n => sender.send(`user:${bob}`, n)));
        await Promise.all(sent);
        await receiver.shows(120);
        assert.deepEqual([receiver.bodies, receiver.gaps], [numbers(1, 120), []]);
      });
    });
  }

  describe('refusals, as for plain clients', () => {
    const wsmq = Environment.of({});
    const refusals = [
      ['an address without a colon', 2001, ['bob', '']],
      ['an unknown address kind', 2002, ['usr:bob', 'User:bob', ' user:bob', 'topic:x', 'us\u0435r:bob', '\ufeffuser:bob']],
      ['an empty name', 2003, ['user:', 'group:']],
      ['a name that is too long', 2004, [`user:${'x'.repeat(257)}`, `user:${'ü'.repeat(129)}`]],
      ['a name that looks like another one', 2003, ['user:аlice', 'user:ｂob', 'user:ﬁn', 'user:Ⅷ', 'user:a\u00a0b']],
      ['a name with invisible characters', 2003, ['user:b\u200dob', 'user:\ufeffbob', 'user:bob\u202e', 'user: bob', 'user:bob\n']],
      ['half a surrogate pair', 2008, ['user:\ud800']],
      ['a queue that was not declared', 2010, ['work:jobs']],
      ['a group that the sender is not a member of', 3001, ['group:staff']],
    ];
    const options = [
      ['an id out of range', 2008, { id: '' }, { id: 'x'.repeat(129) }, { id: 'ü'.repeat(65) }, { id: 'a\u001eb' }, { id: '\udc00' }],
      ['a correlation id out of range', 2008, { correlationId: 'x'.repeat(129) }, { correlationId: '\u0000' }],
      ['headers that cannot be', 2008, { headers: { '': 'a' } }, { headers: { a: 1 } }, { headers: [] }, { headers: { a: '\ud800' } }],
      ['headers over 4 KiB', 2007, { headers: { a: 'x'.repeat(4096) } }, { headers: { a: 'ü'.repeat(2048) } }],
      ['a reply-to that the sender may not send to', 3003, { replyTo: 'group:staff' }, { replyTo: 'work:jobs' }],
      ['a forged sender', 2009, { sender: 'carol' }, { sender: 5 }],
    ];

    test('each has its number, nothing is delivered, and the connection stays usable', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const [receiver, sender] = [await wsmq.open(bob), await wsmq.open(alice)];
      const expected = [];
      const sends = [];
      for (const [what, number, addresses] of refusals) {
        for (const to of addresses) {
          expected.push([what, number], [what, number]);
          sends.push([what, sender.send(to, 1)], [what, sender.send(`user:${bob}`, 1, { replyTo: to })]);
        }
      }

      // An address that is well-formed is refused differently as an address for answers.
      expected.forEach(([what, number], i) => { if (i % 2 === 1 && number > 2005 && number !== 2008) expected[i] = [what, 3003]; });
      for (const [what, number, ...all] of options) {
        for (const more of all) {
          expected.push([what, number]);
          sends.push([what, sender.send(`user:${bob}`, 1, more)]);
        }
      }

      const outcomes = await Promise.all(sends.map(async ([what, sent]) => [what, await sent.then(() => 'stored', e => e.number)]));
      assert.deepEqual(outcomes, expected);
      await sender.send(`user:${bob}`, 'still here');
      await receiver.shows(1);
      assert.deepEqual([receiver.bodies, sender.losses], [['still here'], 0]);
    });
  });
}
