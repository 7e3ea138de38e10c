import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { numbers } from '../pages.js';
import { STORES } from './stores.js';

/** @param Environment where the clients run: a Setting, @param stores the stores, with the number of nodes */
export function history(Environment, stores = STORES) {
  for (const [store, nodes] of stores) {
    describe(`history, ${nodes} nodes with ${store}`, () => {
      const wsmq = Environment.of({ store, nodes });
      const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes.at(-1)];

      test('pages of what was stored on another node, in both directions, with the conditions of the query', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const [sender, page] = [await wsmq.open(alice, { node: first() }), await wsmq.open(bob, { node: last() })];
        const source = `user:${bob}`;

        // Of a user's own queue the store keeps what some device has not acknowledged.
        await wsmq.open(bob, { device: 'idle', show: null });
        const receipts = [];
        for (const n of numbers(1, 7)) receipts.push(await sender.send(source, n));
        receipts.push(await sender.send(source, Uint8Array.of(1, 2), { contentType: 'x/y' }));
        await page.shows(8);
        const newest = await page.client.historyPage(source, { newest: true, max: 3, before: undefined });
        const older = await page.client.historyPage(source, { newest: true, max: 3, before: newest.next });
        const range = await page.client.historyPage(source, { after: receipts[1].position, before: receipts[4].position, sender: alice, type: 't*t' });
        assert.deepEqual(newest.entries.map(({ body }) => body), [Uint8Array.of(1, 2), 7, 6]);
        assert.deepEqual(older.entries.map(({ body }) => body), [5, 4, 3]);
        assert.deepEqual(range.entries.map(({ body }) => body), [3, 4]);
        assert.deepEqual([newest.tail, range.next, newest.damaged], [receipts[7].position, null, undefined]);
        assert.deepEqual(range.entries[0], page.received[2]);
        assert.equal((await page.client.historyPage(source, { sender: 'nobody' })).entries.length, 0);
        await assert.rejects(page.client.historyPage(`user:${alice}`), { code: 'history-not-allowed' });
        await assert.rejects(page.client.historyPage(source, { max: 201 }), { code: 'invalid-message' });
        assert.deepEqual(page.errors, []);
      });
    });
  }
}
