import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { messages } from '../support/cases/messages.js';
import { numbers, Setting } from '../support/pages.js';

messages(Setting);

describe('messages that have arrived', () => {
  const wsmq = Setting.of({ store: 'embedded', nodes: 1 });

  test('are told before those before them are handled, each once, also over a lost connection', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const proxy = await wsmq.proxy(wsmq.node.hub);
    let see;
    const seen = new Promise(resolve => { see = resolve; });
    const receiver = wsmq.page(bob, { hub: proxy.hub, show: () => seen });
    const arrived = [];
    receiver.client.listen('received', message => { arrived.push(message); });
    await receiver.client.start();
    const sender = await wsmq.open(alice);
    for (const n of numbers(1, 3)) await sender.send(`user:${bob}`, n);
    await eventually('three have arrived', () => arrived.length === 3);
    proxy.cut();
    await eventually('the connection is lost', () => receiver.losses === 1);
    await receiver.is('connected');
    await sender.send(`user:${bob}`, new Uint8Array([4]));
    await eventually('the fourth one has arrived', () => arrived.length === 4);
    assert.deepEqual(receiver.bodies, []);
    see();
    await receiver.shows(4);
    assert.deepEqual(arrived, receiver.received);
    assert.deepEqual([...receiver.gaps, ...receiver.errors], []);
  });
});
