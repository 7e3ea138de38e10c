import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { refuses } from './support/errors.js';
import { Setting } from './support/setting.js';

describe('sequences of plain clients over two nodes', () => {
  const wsmq = Setting.of({
    store: 'redis', nodes: 2,
    settings: { Options__Publish__DeduplicationWindow: '00:00:01', Options__Publish__SendTimeout: '00:00:00.5' },
  });

  test('a node is killed after it has stored a message, and the repeat comes after the deduplication window: stored once', async () => {
    const [alice, bob, carol] = wsmq.users('alice', 'bob', 'carol');
    const killed = await wsmq.startNode();
    const receiver = await wsmq.connect(bob, { node: wsmq.nodes[1] });
    const sender = await wsmq.connect(alice, { node: killed });
    const place = seq => ({ producer: 'outbox', epoch: 1, seq });
    const first = await sender.send(`user:${bob}`, 1, place(1));
    sender.send(`user:${bob}`, 2, place(2)).catch(() => {});
    await receiver.receives(2);
    await killed.kill();

    // Ids of now are not remembered any more. A repeat does not make one last.
    const probes = await wsmq.connect(carol);
    const probe = () => probes.send(`user:${carol}`, 'probe', { id: 'probe' });
    await probe();
    await eventually('the window is over', async () => !(await probe()).duplicate);
    const again = await wsmq.connect(alice, { node: wsmq.nodes[0] });
    const receipts = [await again.send(`user:${bob}`, 2, place(2)), await again.send(`user:${bob}`, 1, place(1))];
    assert.deepEqual(receipts.map(({ position, duplicate }) => [position, duplicate]), [[receiver.positions[1], true], [first.position, true]]);
    await refuses(() => again.send(`user:${bob}`, 4, place(4)), 4010, 'out-of-sequence');
    await again.send(`user:${bob}`, 3, place(3));
    await receiver.receives(3);
    assert.deepEqual(receiver.bodies, [1, 2, 3]);
  });

  test('a copy of a producer is fenced by a higher epoch over another node', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.connect(bob, { node: wsmq.nodes[1] });
    const [old, copy] = [await wsmq.connect(alice, { node: wsmq.nodes[0] }), await wsmq.connect(alice, { node: wsmq.nodes[1] })];
    await old.send(`user:${bob}`, 1, { producer: 'p', epoch: 1, seq: 1 });
    await refuses(() => copy.send(`user:${bob}`, 'copy', { id: 'another', producer: 'p', epoch: 1, seq: 1 }), 4010, 'out-of-sequence');
    await copy.send(`user:${bob}`, 2, { producer: 'p', epoch: 2, seq: 1 });
    await refuses(() => old.send(`user:${bob}`, 'old', { producer: 'p', epoch: 1, seq: 2 }), 4010, 'out-of-sequence');
    await old.send(`user:${bob}`, 3, { producer: 'q', epoch: 1, seq: 1 });
    await receiver.receives(3);
    assert.deepEqual(receiver.bodies, [1, 2, 3]);
  });
});
