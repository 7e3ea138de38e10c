import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { numbers } from '../support/pages.js';
import { queue, WorkSetting } from '../support/queues.js';

// Where a test is about something else, leases are extended long after every wait here.
const LONG = '01:00:00';

const settings = {
  ...queue('quick'), ...queue('short', { Lease: '00:00:09' }), ...queue('strict', { MaxAttempts: 3 }), ...queue('long', { Lease: LONG }),
  ...queue('closed', { Workers__0: 'nobody' }),
};
const turn = () => new Promise(resolve => setTimeout(resolve, 2));

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`workers, ${nodes} nodes with ${store}`, () => {
    const wsmq = WorkSetting.of({ store, nodes, settings });

    test('a job is handled once, with its message, and completed', async () => {
      const quick = await wsmq.queue('work:quick');
      const { page, jobs } = await wsmq.worker('work:quick', async () => {});
      const { position } = await quick.send({ file: 'a.png' }, { id: 'one' });
      await eventually('it is handled', () => jobs.length === 1);
      await quick.isEmpty();
      const [{ message, job }] = jobs;
      assert.deepEqual([message.body, message.id, message.position], [{ file: 'a.png' }, 'one', position]);
      assert.deepEqual([job.attempt, job.lostLeases], [1, 0]);
      await page.stop();
    });

    test('as many jobs run at a time as the worker is told, and all of them are done once', async () => {
      const quick = await wsmq.queue('work:quick');
      let [running, most] = [0, 0];
      const { page, jobs } = await wsmq.worker('work:quick', async () => {
        most = Math.max(most, ++running);
        await turn();
        running--;
      }, { concurrency: 3 });
      await Promise.all(numbers(1, 100).map(n => quick.send(n)));
      await quick.isEmpty();
      assert.ok(most > 1 && most <= 3, `${most} at a time`);
      assert.deepEqual(jobs.map(({ message }) => message.body).sort((a, b) => a - b), numbers(1, 100));
      await page.stop();
    });

    test('a handler that fails is called again until the attempts are used up; it may reject, or retry without a count', async () => {
      const strict = await wsmq.queue('work:strict');
      const { page, jobs } = await wsmq.worker('work:strict', {
        test: async () => { throw new RangeError('secret content'); },
        reject: (message, job) => job.reject('bad format'),
        busy: (message, job) => { if (busy().length < 5) job.retry({ delay: 0, counts: false }); },
      });
      const busy = () => jobs.filter(({ message }) => message.type === 'busy');
      const [failing, rejected] = [await strict.send(1), await strict.send(2, { type: 'reject' })];
      await strict.send(3, { type: 'busy' });
      const dead = await strict.dead(failing);
      assert.deepEqual([dead.deadReason, dead.reason, dead.failedAttempts], ['attempts-used-up', 'RangeError', 3]);
      assert.equal((await strict.dead(rejected)).reason, 'bad format');
      await strict.isEmpty();
      assert.deepEqual(busy().map(({ job }) => job.attempt), [1, 1, 1, 1, 1]);
      await page.stop();
    });

    test('a job of a type without a handler is handed back for a worker that knows it', async () => {
      const quick = await wsmq.queue('work:quick');
      const old = await wsmq.worker('work:quick', { test: () => {} }, { unknownTypeDelay: 0 });
      await quick.send(1, { type: 'new' });
      await eventually('the old one does not know it', () => old.page.errors.length > 0);
      await old.worker.stop();
      const { jobs, page } = await wsmq.worker('work:quick', { new: () => {} });
      await quick.isEmpty();
      assert.deepEqual([old.jobs.length, jobs.length, jobs[0].job.attempt], [0, 1, 1]);
      assert.match(String(old.page.errors[0]), /type 'new' have no handler/);
      await Promise.all([page.stop(), old.page.stop()]);
    });

    test('a job goes on while its connection is lost, and is completed over the next one', async () => {
      const long = await wsmq.queue('work:long');
      const proxy = await wsmq.proxy(wsmq.nodes.at(-1).hub);
      let finish;
      const gate = new Promise(resolve => { finish = resolve; });
      const handle = message => message.body === 1 ? gate : undefined;
      const { page, jobs } = await wsmq.worker('work:long', handle, { hub: proxy.hub, concurrency: 2 });
      await long.send(1);
      await eventually('it has begun', () => jobs.length === 1);
      proxy.leadTo(wsmq.nodes[0].hub);
      proxy.cut();
      await eventually('it is connected again', () => page.losses === 1 && page.client.state === 'connected');
      await long.send(2);
      await eventually('the other one is done', () => jobs.length === 2);
      finish();
      await long.isEmpty();
      assert.deepEqual(jobs.map(({ message, job }) => [message.body, job.attempt, job.lostLeases]), [[1, 1, 0], [2, 1, 0]]);
      await page.stop();
    });

    test('a lease is extended while the handler runs', async () => {
      const short = await wsmq.queue('work:short');
      let finish;
      const { page, jobs } = await wsmq.worker('work:short', () => new Promise(resolve => { finish = resolve; }));
      const { position } = await short.send(1);
      await eventually('it has begun', () => jobs.length === 1);
      const { time } = await short.ask('FindJob', position);
      await eventually('it is extended', async () => (await short.ask('FindJob', position)).time > time);
      finish();
      await short.isEmpty();
      assert.deepEqual(jobs.map(({ job }) => [job.attempt, job.signal.aborted]), [[1, false]]);
      await page.stop();
    });

    test('progress is stored and kept for the next attempt; a job that is cancelled aborts its signal at once', async () => {
      const long = await wsmq.queue('work:long');
      const { page, jobs } = await wsmq.worker('work:long', async (message, job) => {
        await job.report({ done: job.attempt });
        if (job.attempt === 1) throw new Error('again');
        await new Promise(resolve => job.signal.addEventListener('abort', resolve));
      });
      const { position } = await long.send(1);
      await eventually('the second attempt has begun', async () => (await long.ask('JobStatus', position)).job?.progress?.done === 2);
      assert.deepEqual(jobs[1].job.progress, { done: 1 });
      assert.equal(await long.ask('CancelJob', position), true);
      await eventually('its signal is aborted', () => jobs[1].job.signal.aborted);
      await assert.rejects(jobs[1].job.report(3), { code: 'lease-lost' });
      await page.stop();
      assert.deepEqual(page.errors.map(e => e.message), ['again']);
    });

    test('a stop waits for jobs that have begun, and leaves the others to other workers', async () => {
      const long = await wsmq.queue('work:long');
      let finish;
      const gate = new Promise(resolve => { finish = resolve; });
      const { page, jobs } = await wsmq.worker('work:long', () => gate, { concurrency: 2 });
      for (const n of numbers(1, 6)) await long.send(n);
      await eventually('two have begun', () => jobs.length === 2);
      const stopped = page.stop();
      const other = await wsmq.worker('work:long', () => {});
      await eventually('the others are done', () => other.jobs.length === 4);
      finish();
      await stopped;
      await long.isEmpty();
      assert.deepEqual([jobs.length, other.jobs.length], [2, 4]);
      await page.client.start();
      await long.send(7);
      await eventually('either has it', () => jobs.length + other.jobs.length === 7);
      await Promise.all([page.stop(), other.page.stop()]);
    });

    test('a worker that is not allowed is told', async () => {
      const refused = [];
      const { page } = await wsmq.worker('work:closed', () => {}, { refused: error => refused.push(error) });
      await eventually('it is refused', () => refused.length === 1);
      assert.deepEqual([refused[0].number, refused[0].code], [3005, 'work-not-allowed']);
      await page.stop();
    });
  });
}
