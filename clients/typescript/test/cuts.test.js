import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../../../Wsmq.Tests/PlainClients/support/random.js';
import { numbers, Setting } from '../support/pages.js';

const SENDS = 500;

for (const [store, nodes, seeds] of [['redis', 2, [1, 2, 3]], ['embedded', 1, [4]]]) {
  describe(`connections that are cut, ${nodes} nodes with ${store}`, () => {
    const wsmq = Setting.of({ store, nodes });

    for (const seed of seeds) test(`seed ${seed}: of ${SENDS} sends none is lost, twice or out of order`, async () => {
      const random = seeded(seed);
      const pause = () => new Promise(resolve => setTimeout(resolve, random(15)));
      const node = () => wsmq.nodes[random(nodes)];
      const [alice, bob] = wsmq.users('alice', 'bob');
      const proxies = [await wsmq.proxy(node().hub), await wsmq.proxy(node().hub)];
      const sender = await wsmq.open(alice, { hub: proxies[0].hub, show: null });
      const receiver = await wsmq.open(bob, { hub: proxies[1].hub, show: pause });
      const sent = [];
      while (sent.length < SENDS) {
        const next = Math.min(sent.length + 1 + random(20), SENDS);
        while (sent.length < next) sent.push(sender.send(`user:${bob}`, sent.length + 1));
        if (random(3) === 0) await pause();
        if (random(4) > 0) continue;
        const proxy = proxies[random(2)];
        proxy.leadTo(node().hub);
        proxy.cut();
        await pause();
      }

      const receipts = await Promise.all(sent);
      await receiver.shows(SENDS);
      assert.deepEqual(receiver.bodies, numbers(1, SENDS));
      assert.deepEqual(receiver.positions, receipts.map(receipt => receipt.position));
      assert.ok(sender.losses > 0 && receiver.losses > 0, `the seed cuts connections: ${sender.losses}, ${receiver.losses}`);
      assert.deepEqual([...receiver.gaps, ...receiver.errors, ...sender.errors], []);
    });
  });
}
