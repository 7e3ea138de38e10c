import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../../../../Wsmq.Tests/PlainClients/support/random.js';
import { numbers } from '../pages.js';
import { STORES } from './stores.js';

const MANY = 2_000;
const FEW = 500;
const SEEDS = { redis: { 1: MANY, 2: FEW }, embedded: { 3: FEW } };

/** @param Environment where the clients run: a Setting, @param stores the stores, with the number of nodes */
export function cuts(Environment, stores = STORES) {
  for (const [store, nodes] of stores) {
    describe(`connections that are cut, ${nodes} nodes with ${store}`, () => {
      const wsmq = Environment.of({ store, nodes });

      const title = (seed, sends) => `seed ${seed}: of ${sends} sends none is lost, twice or out of order`;
      for (const [seed, sends] of Object.entries(SEEDS[store])) test(title(seed, sends), async () => {
        const random = seeded(Number(seed));

        // Of its own: the receiver draws at any time, and what is cut must not depend on that.
        const slow = seeded(Number(seed) + 1_000);
        const pause = (most = 15) => new Promise(resolve => setTimeout(resolve, random(most)));
        const node = () => wsmq.nodes[random(nodes)];
        const [alice, bob] = wsmq.users('alice', 'bob');
        const proxies = [await wsmq.proxy(node().hub), await wsmq.proxy(node().hub)];
        const sender = await wsmq.open(alice, { hub: proxies[0].hub, show: null });
        const receiver = await wsmq.open(bob, { hub: proxies[1].hub, show: () => new Promise(resolve => setTimeout(resolve, slow(4))) });
        const sent = [];
        while (sent.length < sends) {
          const next = Math.min(sent.length + 1 + random(20), sends);
          while (sent.length < next) sent.push(sender.send(`user:${bob}`, sent.length + 1));
          if (random(3) === 0) await pause();
          if (random(4) > 0) continue;
          const proxy = proxies[random(2)];
          proxy.leadTo(node().hub);
          proxy.cut();
          await pause();
        }

        const receipts = await Promise.all(sent);
        await receiver.shows(sends);
        assert.deepEqual(receiver.bodies, numbers(1, sends));
        assert.deepEqual(receiver.positions, receipts.map(receipt => receipt.position));
        assert.ok(sender.losses > 0 && receiver.losses > 0, `the seed cuts connections: ${sender.losses}, ${receiver.losses}`);
        assert.deepEqual([...receiver.gaps, ...receiver.errors, ...sender.errors], []);
      });
    });
  }
}
