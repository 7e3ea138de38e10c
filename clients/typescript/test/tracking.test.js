import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { tracking } from '../dist/tracking.js';
import { Setting } from '../support/pages.js';

const all = async items => {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
};

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`tracked messages, ${nodes} nodes with ${store}`, () => {
    const wsmq = Setting.of({ store, nodes });
    const last = () => wsmq.nodes.at(-1);

    async function sender() {
      const page = wsmq.page('ann');
      const sent = tracking(page.client);
      const seen = [];
      sent.listen(status => seen.push(status));
      await page.client.start();
      return { client: page.client, sent, seen };
    }

    test('a sender waits for the acknowledgement, hears of it, and can ask for it later', async () => {
      const { client, sent, seen } = await sender();
      const receipt = await client.send('user:bea', 'note', { text: 'hi' }, { track: true });
      assert.equal((await sent.status('user:bea', receipt)).state, 'stored');
      const waiting = sent.waitFor('user:bea', receipt, 'acknowledged');

      const reader = wsmq.page('bea', { node: last(), device: 'phone' });
      const tracked = new Promise(resolve => reader.client.on('note', message => resolve(message.track)));
      await reader.client.start();

      assert.equal(await tracked, true);
      const status = await waiting;
      assert.deepEqual([status.state, status.position, status.acknowledged], ['acknowledged', receipt.position, 1]);
      await eventually('the listener is told', () => seen.at(-1)?.state === 'acknowledged');
      assert.ok(seen.every(({ id, readers }) => id === receipt.id && readers[0].device === 'phone'));
      assert.deepEqual((await all(sent.list('user:bea'))).map(({ id }) => id), [receipt.id]);
      assert.deepEqual((await all(sent.readers('user:bea', receipt.position))).map(({ device, state }) => [device, state]), [['phone', 'acknowledged']]);
    });

    test('a wait ends with another final state, with its time, its signal, or at once where nothing is tracked', async () => {
      const { client, sent } = await sender();
      const brief = await client.send('user:cid', 'note', 1, { track: true, timeToLive: 20 });
      const kept = await client.send('user:cid', 'note', 2, { track: true });
      const plain = await client.send('user:cid', 'note', 3);
      await eventually('it expires', async () => (await sent.status('user:cid', { id: brief.id })).state === 'expired');

      assert.equal((await sent.waitFor('user:cid', brief, 'acknowledged')).state, 'expired');
      await assert.rejects(sent.waitFor('user:cid', kept, 'acknowledged', { timeout: 50 }), { name: 'TimeoutError' });
      const ended = new AbortController();
      const waiting = sent.waitFor('user:cid', kept, 'acknowledged', { signal: ended.signal });
      ended.abort(new Error('enough'));
      await assert.rejects(waiting, /enough/);
      await assert.rejects(sent.waitFor('user:cid', plain, 'acknowledged'), { code: 'invalid-message' });
    });
  });
}
