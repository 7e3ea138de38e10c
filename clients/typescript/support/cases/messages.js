import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Serialized } from '../../dist/connection/protocol.js';
import { Session } from '../../dist/connection/session.js';
import { numbers } from '../pages.js';
import { STORES } from './stores.js';

const NOWHERE = 'http://127.0.0.1:9/wsmq';
const START = '0000000000000000';

/** @param Environment where the clients run: a Setting, @param stores the stores, with the number of nodes */
export function messages(Environment, stores = STORES) {
  for (const [store, nodes] of stores) {
    describe(`messages, ${nodes} nodes with ${store}`, () => {
      const wsmq = Environment.of({ store, nodes, settings: { Groups__ops__0: 'alice', Groups__ops__1: 'bob' } });
      const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes.at(-1)];

      test('a message is delivered with all its fields, and answered', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const receiver = await wsmq.open(bob, { node: last() });
        const sender = await wsmq.open(alice, { node: first() });
        const headers = { lang: 'en' };
        const options = { id: 'one', headers, correlationId: 'q', replyTo: `user:${alice}` };
        const receipt = await sender.send(`user:${bob}`, { text: 'hi' }, options);
        await receiver.shows(1);
        const [{ sentAt, ...message }] = receiver.received;
        assert.deepEqual(receipt, { id: 'one', position: message.position, duplicate: false });
        assert.deepEqual(message, {
          source: `user:${bob}`, position: receipt.position, previous: START, id: 'one', sender: alice, type: 'test', body: { text: 'hi' },
          headers, correlationId: 'q', replyTo: `user:${alice}`,
        });
        assert.equal(typeof sentAt, 'number');
        await receiver.send(message.replyTo, 2);
        await sender.shows(1);
        assert.deepEqual([sender.received[0].body, sender.received[0].sender], [2, bob]);
      });

      test('1,000 messages sent at once arrive in order, handled one after another, and are acknowledged', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        let [open, most] = [0, 0];
        const receiver = await wsmq.open(bob, {
          node: last(),
          show: async message => {
            most = Math.max(most, ++open);
            if (message.body % 7 === 0) await new Promise(setImmediate);
            open--;
          },
        });
        const sender = await wsmq.open(alice, { node: first() });
        const receipts = await Promise.all(numbers(1, 1000).map(n => sender.send(`user:${bob}`, n)));
        await receiver.shows(1000);
        assert.deepEqual(receiver.bodies, numbers(1, 1000));
        assert.deepEqual(receiver.positions, receipts.map(receipt => receipt.position));
        assert.equal(most, 1, 'handlers run one after another');
        await receiver.stop();
        const again = await wsmq.open(bob, { node: first() });
        await sender.send(`user:${bob}`, 'new');
        await again.shows(1);
        assert.deepEqual(again.bodies, ['new'], 'no acknowledged message is delivered again');
        assert.deepEqual([...receiver.gaps, ...again.gaps, ...receiver.errors, ...again.errors], []);
      });

      test('a message with a delay arrives when it is due, and one that is cancelled does not', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const receiver = await wsmq.open(bob, { node: last() });
        const sender = await wsmq.open(alice, { node: first() });
        const at = Date.now() + 3_000;
        const late = await sender.send(`user:${bob}`, 'late', { notBefore: at + 200 });
        const cancelled = await sender.send(`user:${bob}`, 'cancelled', { id: 'c', delay: 3_600_000 });
        await sender.send(`user:${bob}`, 'soon', { notBefore: at });
        assert.equal(await sender.client.cancelDelayed(`user:${bob}`, 'c'), true);
        assert.equal(await sender.client.cancelDelayed(`user:${bob}`, 'c'), false);
        await receiver.shows(2);
        assert.deepEqual(receiver.bodies, ['soon', 'late']);
        assert.deepEqual([late.position, cancelled.id, receiver.received[1].id], ['', 'c', late.id]);
        assert.ok(receiver.received[1].position >= String(late.dueAt * 1000).padStart(16, '0'), 'not before its time');
        assert.deepEqual([...receiver.gaps, ...receiver.errors, ...sender.errors], []);
      });

      test('a message that expired is a gap, and one in time has its life', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const sender = await wsmq.open(alice, { node: first() });
        const expired = await sender.send(`user:${bob}`, 1, { timeToLive: 1 });
        await sender.send(`user:${bob}`, 2, { timeToLive: 3_600_000 });
        await eventually('it has expired', () => Date.now() * 1000 > +expired.position + 100_000);
        const receiver = await wsmq.open(bob, { node: last() });
        await receiver.shows(1);
        assert.deepEqual([receiver.bodies, receiver.received[0].timeToLive], [[2], 3_600_000]);
        assert.deepEqual(receiver.gaps.map(gap => gap.reason), ['expired']);
      });

      test('bytes, large bodies and null are delivered as they were sent', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const receiver = await wsmq.open(bob, { node: last() });
        const sender = await wsmq.open(alice, { node: first() });
        const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 31);
        const bodies = [null, 'é'.repeat(131_000), bytes, [], 'a"b\\c\u2028'];
        await Promise.all(bodies.map(body => sender.send(`user:${bob}`, body)));
        await receiver.shows(5);
        assert.deepEqual(receiver.bodies, bodies);
        assert.equal(receiver.received[2].contentType, 'application/octet-stream');
      });

      test('no number is rounded: one that JavaScript cannot represent is a string with its digits', async () => {
        const [bob] = wsmq.users('bob');
        const page = await wsmq.open(bob, { node: last() });
        const session = new Session(`${first().hub}?store=true`, first().token(bob), () => {});
        await session.start();
        const texts = '"9007199254740993","x, 9007199254740993 \\" 1.23456789012345678901"';
        const kept = `[9007199254740991,0.30000000000000004,1e21,-5e-324,1.50,${texts}]`;
        const body = `{"kept":${kept},"long":9007199254740993,"ulong":[18446744073709551615],"decimal":-0.12345678901234567891}`;
        await session.call('SendMany', new Serialized([`{"to":"user:${bob}","type":"test","body":${body}}`]));
        session.close();
        await page.shows(1);
        assert.deepEqual(page.bodies, [
          { kept: JSON.parse(kept), long: '9007199254740993', ulong: ['18446744073709551615'], decimal: '-0.12345678901234567891' },
        ]);
      });

      test('a send repeated with its id is a duplicate, on another node as well', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const one = await (await wsmq.open(alice, { node: first() })).send(`user:${bob}`, 1, { id: 'same' });
        const two = await (await wsmq.open(alice, { node: last() })).send(`user:${bob}`, 1, { id: 'same' });
        assert.deepEqual(two, { ...one, duplicate: true });
      });

      test("a user's own queue is handled while a message of a group is being handled", async () => {
        let finish;
        const gate = new Promise(resolve => { finish = resolve; });
        const bob = await wsmq.open('bob', { node: last(), show: message => message.source === 'group:ops' ? gate : undefined });
        const alice = await wsmq.open('alice', { node: first(), show: null });
        await alice.send('group:ops', 'to all');
        for (const n of [1, 2]) await alice.send('user:bob', n);
        await bob.shows(2);
        finish();
        await bob.shows(3);
        assert.deepEqual(bob.bodies, [1, 2, 'to all']);
      });

      test('a connection that is cut and leads to another node goes on: nothing lost, twice or out of order', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const proxy = await wsmq.proxy(first().hub);
        let finish;
        const gate = new Promise(resolve => { finish = resolve; });
        const page = await wsmq.open(bob, { hub: proxy.hub, show: message => message.body === 1 ? gate : undefined });
        const sender = await wsmq.open(alice, { node: last() });
        await sender.send(`user:${bob}`, 1);
        proxy.leadTo(last().hub);
        proxy.cut();
        await Promise.all(numbers(2, 50).map(n => sender.send(`user:${bob}`, n)));
        await page.send(`user:${bob}`, 'own');
        finish();
        await page.shows(51);
        assert.deepEqual(page.bodies, [...numbers(1, 50), 'own']);
        assert.deepEqual(page.errors, []);
      });

      test('what is sent while there is no connection leaves afterwards, in order', async () => {
        const [bob] = wsmq.users('bob');
        const proxy = await wsmq.proxy(first().hub);
        const page = await wsmq.open(bob, { hub: proxy.hub });
        proxy.leadTo(NOWHERE);
        proxy.cut();
        await page.is('reconnecting');
        const sent = numbers(1, 200).map(n => page.send(`user:${bob}`, n));
        await eventually('attempts have failed', () => page.states.filter(s => s.state === 'reconnecting' && s.retryIn).length > 2);
        proxy.leadTo(last().hub);
        await Promise.all(sent);
        await page.shows(200);
        assert.deepEqual(page.bodies, numbers(1, 200));
        assert.deepEqual([...new Set(page.states.map(s => s.state))], ['connecting', 'connected', 'reconnecting']);
      });

      test('an app that stores its own position goes on after it, backwards and forwards, also over another connection', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const source = `user:${bob}`;
        const sender = await wsmq.open(alice);
        const receipts = [];
        for (const n of numbers(1, 10)) receipts.push(await sender.send(source, n));
        const proxy = await wsmq.proxy(first().hub);
        const page = await wsmq.open(bob, { hub: proxy.hub });
        await page.shows(10);
        await page.client.resume(source, receipts[4].position);
        await page.shows(15);
        proxy.leadTo(last().hub);
        proxy.cut();
        await page.client.resume(source, START);
        await page.shows(25);
        await sender.send(source, 11);
        await page.shows(26);
        assert.deepEqual(page.bodies, [...numbers(1, 10), ...numbers(6, 10), ...numbers(1, 11)]);
        assert.deepEqual([page.gaps, page.errors], [[], []]);

        const other = wsmq.page(bob, { device: 'other', node: last() });
        await other.client.resume(source, receipts[7].position);
        await other.client.start();
        await other.shows(3);
        assert.deepEqual(other.bodies, [9, 10, 11]);
      });

      test('a position that cannot be is refused, and nothing is lost', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const source = `user:${bob}`;
        const page = await wsmq.open(bob, { node: last() });
        const sender = await wsmq.open(alice);
        for (const n of [1, 2, 3]) await sender.send(source, n);
        await page.shows(1);
        const codes = [];
        for (const [of, after] of [[source, '9000000000000000'], [source, 'x'], [`user:${alice}`, START], ['group:none', START]])
          await page.client.resume(of, after).catch(e => { codes.push(e.code); });
        assert.deepEqual(codes, ['position-beyond-tail', 'invalid-position', 'read-not-allowed', 'read-not-allowed']);
        await sender.send(source, 4);
        await page.shows(4);
        assert.deepEqual([page.bodies, page.gaps, page.errors], [[1, 2, 3, 4], [], []]);
      });

      test('messages that another tab of the device has acknowledged meanwhile are requested', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const proxy = await wsmq.proxy(first().hub);
        const [awake, asleep] = [await wsmq.open(bob, { node: last() }), await wsmq.open(bob, { hub: proxy.hub })];
        const sender = await wsmq.open(alice);
        await sender.send(`user:${bob}`, 0);
        await Promise.all([awake.shows(1), asleep.shows(1)]);
        proxy.leadTo(NOWHERE);
        proxy.cut();
        for (const n of numbers(1, 10)) await sender.send(`user:${bob}`, n);
        await awake.shows(11);
        proxy.leadTo(last().hub);
        await asleep.shows(11);
        assert.deepEqual(asleep.bodies, numbers(0, 10));
        assert.deepEqual(asleep.gaps, []);
      });
    });
  }
}
