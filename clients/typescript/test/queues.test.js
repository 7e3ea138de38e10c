import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { queues } from '../dist/queues.js';
import { numbers } from '../support/pages.js';
import { queue, WorkSetting } from '../support/queues.js';

const NOWHERE = 'http://127.0.0.1:9/wsmq';

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`managing work queues, ${nodes} nodes with ${store}`, () => {
    const settings = {
      ...queue('one'), ...queue('two'), ...queue('three'), ...queue('four', { MaxAttempts: 1 }),
      ...queue('foreign', { Managers__0: 'carol' }),
    };
    const wsmq = WorkSetting.of({ store, nodes, settings });

    /** A client of a manager, started or not. */
    async function manager(options = {}) {
      const [user] = wsmq.users('manager');
      const page = wsmq.page(user, { node: wsmq.nodes.at(-1), show: null, ...options });
      if (!options.hub) await page.client.start();
      return { page, all: queues(page.client) };
    }

    test('jobs are listed, read and counted, with their messages', async () => {
      const { page, all } = await manager();
      const one = await page.send('work:one', { n: 1 }, { key: 'k', uniqueId: 'u', priority: 'high', timeToLive: 60_000 });
      const two = await page.send('work:one', Uint8Array.of(1, 2), { delay: 60_000 });
      assert.deepEqual((await all.list()).map(info => info.queue), ['work:demo', 'work:four', 'work:one', 'work:three', 'work:two']);
      const { totals, ...info } = await all.info('work:one');
      assert.deepEqual([info.ready, info.delayed, info.paused, totals.stored], [1, 1, false, 2]);
      const [ready] = await all.peek('work:one');
      assert.deepEqual([ready.position, ready.state, ready.priority, ready.key, ready.uniqueId, ready.message], [
        one.position, 'ready', 'high', 'k', 'u', undefined,
      ]);
      const [delayed] = await all.peek('work:one', { state: 'delayed', messages: true, max: 1 });
      assert.deepEqual([delayed.position, delayed.message.body, delayed.message.contentType], [
        two.position, Uint8Array.of(1, 2), 'application/octet-stream',
      ]);
      assert.deepEqual((await all.find('work:one', one.position)).message.body, { n: 1 });
      assert.deepEqual(await all.peek('work:one', { skip: 1 }), []);
      assert.equal(await all.find('work:one', '0000000000000001'), null);
    });

    test('jobs are cancelled, by position and by unique id; a queue is paused, purged and deleted', async () => {
      const { page, all } = await manager();
      await all.pause('work:two');
      const send = n => page.send('work:two', n, { uniqueId: `u${n}`, ...(n > 4 && { delay: 60_000 }) });
      const [{ position }] = await Promise.all(numbers(1, 6).map(send));
      assert.equal((await all.info('work:two')).paused, true);
      assert.deepEqual([await all.cancel('work:two', position), await all.cancel('work:two', position)], [true, false]);
      assert.deepEqual([await all.cancelUnique('work:two', 'u2'), await all.cancelUnique('work:two', 'u2')], [true, false]);
      const { outcome: { end }, ended, job } = await all.status('work:two', position);
      assert.deepEqual([end, ended, job], ['removed', true, null]);
      assert.equal(await all.purge('work:two', 'delayed'), 2);
      assert.equal(await all.delete('work:two'), 2);
      await all.resume('work:two');
      const { paused, ready, totals } = await all.info('work:two');
      assert.deepEqual([paused, ready, totals.removed], [false, 0, 6]);
    });

    test('2,500 jobs are purged in steps', async () => {
      const { page, all } = await manager();
      await Promise.all(numbers(1, 2_500).map(n => page.send('work:three', n)));
      assert.equal(await all.purge('work:three'), 2_500);
      assert.equal((await all.info('work:three')).ready, 0);
    });

    test('dead letters are found by a filter, made jobs again, and removed', async () => {
      const { page, all } = await manager();
      let fails = true;
      const { page: worker, jobs } = await wsmq.worker('work:four', (_, job) => {
        if (fails) job.reject('bad');
      });
      for (const type of ['a', 'a', 'b']) await page.client.send('work:four', type, 1);
      await eventually('all are dead', async () => (await all.info('work:four')).dead === 3);
      const [{ deadReason, reason }] = await all.peek('work:four', { state: 'dead' });
      assert.deepEqual([deadReason, reason], ['rejected', 'bad']);
      assert.equal(await all.removeDeadLetters('work:four', { type: 'b' }), 1);
      assert.equal(await all.redrive('work:four', { reason: 'expired' }), 0);
      fails = false;
      assert.equal(await all.redrive('work:four'), 2);
      await eventually('they are done', async () => (await all.info('work:four')).totals.completed === 2);
      assert.equal(jobs.length, 5);
      await worker.stop();
    });

    test('calls before the start wait for a connection, are repeated over the next one, and can be cancelled', async () => {
      const proxy = await wsmq.proxy(NOWHERE);
      const { page, all } = await manager({ hub: proxy.hub });
      const info = all.info('work:one');
      await assert.rejects(all.info('work:one', { signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
      await assert.rejects(all.info('work:one', { signal: AbortSignal.abort() }), { name: 'AbortError' });
      const started = page.client.start();
      proxy.leadTo(wsmq.node.hub);
      await started;
      assert.equal((await info).queue, 'work:one');
      for (const n of numbers(1, 5)) {
        const calls = numbers(1, 20).map(() => all.info('work:one'));
        if (n % 2 === 1) proxy.cut();
        assert.deepEqual((await Promise.all(calls)).map(one => one.queue), calls.map(() => 'work:one'));
      }

      assert.ok(page.losses > 0);
      await page.stop();
      await assert.rejects(all.list(), { code: 'client-closed' });
    });

    test('refusals have their codes, and a call without an answer ends in time', async () => {
      const { all } = await manager();
      await assert.rejects(all.info('work:foreign'), { code: 'manage-not-allowed', number: 3006 });
      await assert.rejects(all.pause('work:none'), { code: 'manage-not-allowed' });
      await assert.rejects(all.peek('work:one', { max: 1_000 }), { code: 'invalid-message' });
      const { all: lonely } = await manager({ hub: NOWHERE, sendTimeout: 50 });
      await assert.rejects(lonely.cancelUnique('work:one', 'u'), { code: 'client-closed' });
    });
  });
}
