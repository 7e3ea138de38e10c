import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { refuses } from './support/errors.js';
import { Setting } from './support/setting.js';

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('two nodes', () => {
  const wsmq = Setting.of({ store: 'redis', nodes: 2 });
  const [a, b] = [() => wsmq.nodes[0], () => wsmq.nodes[1]];

  test('a message is delivered across nodes, in both directions', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const onA = await wsmq.connect(alice, { node: a() });
    const onB = await wsmq.connect(bob, { node: b(), show: m => onB.send(m.replyTo, m.body + 1) });
    const receipt = await onA.send(`user:${bob}`, 1, { replyTo: `user:${alice}` });
    await onB.receives(1);
    await onA.receives(1);
    const [question] = onB.received;
    const [answer] = onA.received;
    assert.deepEqual([question.position, question.sender], [receipt.position, alice]);
    assert.deepEqual([answer.body, answer.sender], [2, bob]);
  });

  test('bytes and large bodies are delivered across nodes as well, in order', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.connect(bob, { node: b() });
    const sender = await wsmq.connect(alice, { node: a() });
    const bodies = numbers(1, 40).map(n => `${n} `.repeat(n % 4 === 0 ? 30_000 : 10));
    await Promise.all(bodies.map(body => sender.send(`user:${bob}`, body)));
    const data = Buffer.alloc(100_000, 9).toString('base64');
    await sender.connection.invoke('Send', { to: `user:${bob}`, data });
    await receiver.receives(41);
    assert.deepEqual(receiver.bodies.slice(0, 40), bodies);
    assert.equal(receiver.received[40].data, data);
  });

  test('1,000 messages of one sender keep their order across nodes', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.connect(bob, { node: b() });
    const sender = await wsmq.connect(alice, { node: a() });
    for (let part = 0; part < 10; part++)
      await Promise.all(numbers(part * 100 + 1, part * 100 + 100).map(n => sender.send(`user:${bob}`, n)));
    await receiver.receives(1000);
    assert.deepEqual(receiver.bodies, numbers(1, 1000));
    assert.deepEqual(receiver.gaps, []);
  });

  test('with senders on both nodes all devices see the same order', async () => {
    const [alice, carol, bob] = wsmq.users('alice', 'carol', 'bob');
    const phone = await wsmq.connect(bob, { node: a(), device: 'phone' });
    const laptop = await wsmq.connect(bob, { node: b(), device: 'laptop' });
    const senders = [await wsmq.connect(alice, { node: a() }), await wsmq.connect(carol, { node: b() })];
    const receipts = await Promise.all(senders.flatMap(sender => numbers(1, 100).map(n => sender.send(`user:${bob}`, n))));
    await phone.receives(200);
    await laptop.receives(200);
    assert.deepEqual(phone.positions, receipts.map(r => r.position).sort());
    assert.deepEqual(laptop.positions, phone.positions);
    for (const user of [alice, carol])
      assert.deepEqual(phone.received.filter(m => m.sender === user).map(m => m.body), numbers(1, 100));
  });

  test('an ack on one node is effective on the other', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const sender = await wsmq.connect(alice, { node: a() });
    for (const n of numbers(1, 20)) await sender.send(`user:${bob}`, n);
    const first = await wsmq.connect(bob, { node: a(), ack: false });
    await first.receives(20);
    await first.ack(first.received[11]);
    await first.stop();
    const second = await wsmq.connect(bob, { node: b(), ack: false });
    await second.receives(8);
    assert.deepEqual(second.bodies, numbers(13, 20));
    assert.equal(second.received[0].previous, first.positions[11]);
  });

  test('a position from one node can be acknowledged and resumed on the other', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const onB = await wsmq.connect(bob, { node: b(), ack: false });
    const sender = await wsmq.connect(alice, { node: a() });
    const receipts = [];
    for (const n of numbers(1, 50)) {
      receipts.push(await sender.send(`user:${bob}`, n));
      await onB.connection.invoke('Ack', `user:${bob}`, receipts.at(-1).position);
    }

    await onB.resume(`user:${bob}`, receipts[39].position);
    await eventually('the last ten messages are delivered again', () => onB.bodies.slice(-10).join() === numbers(41, 50).join());
    const beyond = String(BigInt(receipts.at(-1).position) + 1n);
    await refuses(onB.connection.invoke('Ack', `user:${bob}`, beyond), 4001, 'ack-beyond-tail');
  });

  test('a send repeated on the other node is a duplicate', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const first = await (await wsmq.connect(alice, { node: a() })).send(`user:${bob}`, 1, { id: 'same' });
    const again = await (await wsmq.connect(alice, { node: b() })).send(`user:${bob}`, 1, { id: 'same' });
    assert.deepEqual(again, { ...first, duplicate: true });
    const receiver = await wsmq.connect(bob, { node: b() });
    await receiver.receives(1);
    await receiver.send(`user:${bob}`, 2);
    await receiver.receives(2);
    assert.deepEqual(receiver.bodies, [1, 2]);
  });

  test('a client that stored its position resumes on the other node', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const sender = await wsmq.connect(alice, { node: a() });
    for (const n of numbers(1, 30)) await sender.send(`user:${bob}`, n);
    const first = await wsmq.connect(bob, { node: a() });
    await first.receives(30);
    await first.settles();
    await first.stop();
    const second = await wsmq.connect(bob, { node: b() });
    await second.resume(`user:${bob}`, first.positions[19]);
    await second.receives(10);
    assert.deepEqual(second.bodies, numbers(21, 30));
    assert.deepEqual(second.gaps, []);
  });

  test('a connection that is cut and redirected to the other node only repeats unacknowledged messages', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await wsmq.proxy(a().hub);
    const receiver = await wsmq.connect(bob, { node: a(), hub: proxy.hub, ack: false, reconnect: true });
    const sender = await wsmq.connect(alice, { node: b() });
    for (const n of numbers(1, 10)) await sender.send(`user:${bob}`, n);
    await receiver.receives(10);
    await receiver.ack(receiver.received[5]);
    proxy.leadTo(b().hub);
    proxy.cut();
    for (const n of numbers(11, 15)) await sender.send(`user:${bob}`, n);
    await receiver.receives(19);
    assert.deepEqual(receiver.bodies, [...numbers(1, 10), ...numbers(7, 15)]);
    assert.deepEqual(receiver.gaps, []);
  });
});

for (const end of ['kill', 'stop']) {
  describe(`a node that ends, by ${end}`, () => {
    const wsmq = Setting.of({ store: 'redis', nodes: 2 });

    test('its clients continue on the other node, after their last ack, without a gap', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const [ending, staying] = wsmq.nodes;
      const proxy = await wsmq.proxy(ending.hub);
      const through = { node: ending, hub: proxy.hub, reconnect: true };
      const receiver = await wsmq.connect(bob, { ...through, ack: false });
      const sender = await wsmq.connect(alice, through);

      // The sender repeats sends that got no answer, with the same id, as the protocol requires.
      const send = n => sender.send(`user:${bob}`, n, { id: `n-${n}` }).catch(() => null);
      const sendUntilStored = n => eventually(`${n} is stored`, () => send(n));
      for (const n of numbers(1, 50)) await sendUntilStored(n);
      await receiver.receives(50);
      await receiver.ack(receiver.received[29]);

      const underWay = numbers(51, 100).map(n => send(n));
      proxy.leadTo(staying.hub);
      await ending[end]();
      await Promise.all(underWay);
      for (const n of numbers(51, 120)) await sendUntilStored(n);

      const seen = () => new Set(receiver.bodies);
      await eventually(() => `all messages are delivered; so far ${seen().size}`, () => seen().size === 120);
      const { positions } = receiver;
      const restart = positions.findIndex((position, i) => i > 0 && position < positions[i - 1]);
      assert.equal(receiver.bodies[restart], 31, 'delivery restarts after the last ack');
      const again = positions.slice(restart);
      assert.deepEqual(again, [...new Set(again)].sort(), 'delivery continues in the order of the log, each message once');
      assert.equal(again.length, 90);
      assert.deepEqual(receiver.gaps, []);
    });
  });
}
