import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { STORES } from '../support/cases/stores.js';
import { Setting } from '../support/pages.js';

const SETTINGS = { Groups__ops__0: 'alice', Groups__ops__1: 'bob', Options__Delivery__AckGrace: '00:00:00' };

for (const [store, nodes] of STORES) {
  describe(`expired messages, ${nodes} nodes with ${store}`, () => {
    const wsmq = Setting.of({ store, nodes, settings: SETTINGS });

    test('one that was removed between others that stay is a gap of its own', async () => {
      const alice = await wsmq.open('alice');
      const first = await alice.send('group:ops', 'A', { timeToLive: 3_600_000 });
      const brief = await alice.send('group:ops', 'B', { timeToLive: 1_000 });
      await alice.send('group:ops', 'C');

      // A page looks at so many entries, and leaves out what has expired as long as it is stored.
      await eventually('it is removed', async () =>
        (await alice.client.historyPage('group:ops', { max: 2 })).entries.map(entry => entry.body).join() === 'A,C');

      const bob = await wsmq.open('bob', { node: wsmq.nodes.at(-1) });
      await bob.shows(2);
      assert.deepEqual(bob.bodies, ['A', 'C']);
      const before = String(BigInt(brief.position) + 1n).padStart(16, '0');
      assert.deepEqual(
        bob.gaps.map(gap => [gap.source, gap.after, gap.before, gap.reason]), [['group:ops', first.position, before, 'expired']]);
    });
  });
}
