import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reading } from '../../dist/reading.js';
import { STORES } from './stores.js';
import { eventually } from '../../../../Wsmq.Tests/PlainClients/support/eventually.js';

/** @param Environment where the clients run: a Setting, @param stores the stores, with the number of nodes */
export function readings(Environment, stores = STORES) {
  for (const [store, nodes] of stores) {
    describe(`filters and pauses, ${nodes} nodes with ${store}`, () => {
      const wsmq = Environment.of({ store, nodes });
      const [first, last] = [() => wsmq.nodes[0], () => wsmq.nodes.at(-1)];
      const odd = n => ({ headers: { odd: n % 2 ? 'yes' : 'no' } });

      test('a filter holds from the first message on and over all connections, and a source goes on where it was paused', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const sender = await wsmq.open(alice, { node: first() });
        const send = async (...all) => { for (const n of all) await sender.send(`user:${bob}`, n, odd(n)); };
        await send(1, 2, 3, 4);
        const proxy = await wsmq.proxy(last().hub);
        const page = wsmq.page(bob, { hub: proxy.hub, token: last().token(bob) });
        const chosen = reading(page.client);
        await chosen.setFilter(`user:${bob}`, { headers: { odd: 'yes' } });
        await page.client.start();
        await page.shows(2);

        proxy.cut();
        await eventually('it has connected again', () => page.losses === 1 && page.client.state === 'connected');
        await send(5, 6, 8, 7);
        await page.shows(4);
        await chosen.pause(`user:${bob}`);
        await send(9, 10);
        await chosen.setFilter(`user:${bob}`, null);
        await chosen.resume(`user:${bob}`);
        await page.shows(6);

        proxy.cut();
        await eventually('it has connected once more', () => page.losses === 2 && page.client.state === 'connected');
        await send(11, 12);
        await page.shows(8);
        assert.deepEqual(page.bodies, [1, 3, 5, 7, 9, 10, 11, 12]);
        assert.deepEqual([...page.gaps, ...page.errors.filter(e => e.code !== undefined)], []);
        await assert.rejects(chosen.setFilter('user:nobody', { types: ['a'] }), { code: 'read-not-allowed' });
        await assert.rejects(chosen.setFilter(`user:${bob}`, { types: [] }), { code: 'invalid-message' });
      });

      test('a message for any device that one has handled is not handled by the other one, which is told', async () => {
        const [alice, bob] = wsmq.users('alice', 'bob');
        const sender = await wsmq.open(alice, { node: first() });
        let go;
        const held = new Promise(resolve => { go = resolve; });
        const laptop = wsmq.page(bob, { device: 'laptop', node: first(), token: first().token(bob), show: () => held });
        const cleared = [];
        laptop.client.listen('cleared', ({ position }) => { cleared.push(position); });
        await laptop.client.start();
        await sender.send(`user:${bob}`, 1);
        const { position } = await sender.send(`user:${bob}`, 2, { anyDevice: true });
        const phone = await wsmq.open(bob, { device: 'phone', node: last() });
        await phone.shows(2);
        assert.equal(phone.received[1].anyDevice, true);
        await eventually('the other device is told', () => cleared.length === 1);

        go();
        await sender.send(`user:${bob}`, 3);
        await laptop.shows(2);
        assert.deepEqual([cleared, laptop.bodies], [[position], [1, 3]]);
      });
    });
  }
}
