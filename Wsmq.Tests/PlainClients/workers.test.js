import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { keepConnected } from '../../samples/JavaScript/wsmq.js';
import { work } from '../../samples/JavaScript/worker.js';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';

const ZERO = '00:00:00';
const EVERYBODY = { Workers__0: '*', Senders__0: '*', Managers__0: '*', MinBackoff: ZERO, MaxBackoff: ZERO };

const queue = (name, options = {}) => Object.fromEntries(Object.entries({ ...EVERYBODY, ...options }).map(([key, value]) => [`Queues__${name}__${key}`, value]));

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`the sample worker on ${nodes} nodes with ${store}`, () => {
    const wsmq = Setting.of({ store, nodes, settings: { ...queue('quick'), ...queue('brief', { Lease: '00:00:06' }), ...queue('strict', { MaxAttempts: 3 }) } });
    const last = () => wsmq.nodes.at(-1);

    /** The sample as an app uses it, and what its handler was called with. */
    async function worker(queue, handle, { hub = last().hub, concurrency, refused } = {}) {
      const [user] = wsmq.users('worker');
      const jobs = [];
      const connection = new HubConnectionBuilder()
        .withUrl(hub, { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: () => last().token(user) })
        .configureLogging(LogLevel.None)
        .build();
      const worker = work(connection, queue, async (message, job) => {
        jobs.push(job);
        await handle(message, job);
      }, { concurrency, refused });
      const client = keepConnected(connection, { handle: async () => {}, missing: async () => {}, connected: () => worker.connected() });
      wsmq.keep(client);
      await client.started;
      return { jobs, worker, connection, stop: () => worker.stop().then(() => client.stop()) };
    }

    async function sender() {
      const [user] = wsmq.users('sender');
      const client = await wsmq.connect(user, { node: wsmq.nodes[0] });
      client.info = queue => client.connection.invoke('QueueInfo', queue);
      return client;
    }

    const isEmpty = (alice, queue) => eventually(`${queue} is empty`, async () => {
      const info = await alice.info(queue);
      return info.ready + info.leased + info.retrying + info.delayed === 0;
    });

    test('handles a job once, with its message, and completes it', async () => {
      const alice = await sender();
      const seen = [];
      const one = await worker('work:quick', async (message, job) => { seen.push([message.body, message.id, job.attempt, job.lostLeases]); });
      const receipt = await alice.send('work:quick', { file: 'a.png' }, { id: 'one' });
      await eventually('the job is handled', () => seen.length === 1);
      await isEmpty(alice, 'work:quick');
      assert.deepEqual(seen, [[{ file: 'a.png' }, 'one', 1, 0]]);
      assert.equal(one.jobs[0].message.position, receipt.position);
      await one.stop();
    });

    test('works on as many jobs at a time as it is told to, and on all of them', async () => {
      const alice = await sender();
      let [open, most, done] = [0, 0, 0];
      const one = await worker('work:quick', async () => {
        most = Math.max(most, ++open);
        await new Promise(resolve => setTimeout(resolve, 5));
        open--;
        done++;
      }, { concurrency: 3 });
      await Promise.all(Array.from({ length: 60 }, (_, n) => alice.send('work:quick', n)));
      await eventually('all are done', () => done === 60);
      await isEmpty(alice, 'work:quick');
      assert.ok(most <= 3, `${most} at a time`);
      assert.equal(new Set(one.jobs.map(job => job.position)).size, 60);
      await one.stop();
    });

    test('extends the lease while its handler runs', async () => {
      const alice = await sender();
      const one = await worker('work:brief', () => new Promise(resolve => setTimeout(resolve, 13_000)));
      await alice.send('work:brief', 1);
      await eventually('it has begun', () => one.jobs.length === 1);
      await isEmpty(alice, 'work:brief');
      assert.deepEqual(one.jobs.map(job => [job.attempt, job.lostLeases, job.signal.aborted]), [[1, 0, false]]);
      await one.stop();
    });

    test('a handler that throws is called again until the attempts are used up', async () => {
      const alice = await sender();
      const one = await worker('work:strict', async () => { throw new RangeError('secret content'); });
      await alice.send('work:strict', 1);
      await eventually('it is a dead letter', async () => (await alice.info('work:strict')).dead === 1);
      const [dead] = await alice.connection.invoke('PeekJobs', 'work:strict', { state: 'dead' });
      assert.deepEqual(one.jobs.map(job => job.attempt), [1, 2, 3]);
      assert.deepEqual([dead.deadReason, dead.reason, dead.failedAttempts], ['attempts-used-up', 'RangeError', 3]);
      await one.stop();
    });

    test('a handler may decide to retry uncounted, and to reject', async () => {
      const alice = await sender();
      const one = await worker('work:quick', async (message, job) => {
        if (one.jobs.length < 4) job.retry({ delay: 0, counts: false, reason: 'busy' });
        else job.reject('no such file');
      });
      const { position } = await alice.send('work:quick', 1);
      await eventually('it is a dead letter', async () => (await alice.connection.invoke('FindJob', 'work:quick', position))?.state === 'dead');
      const dead = await alice.connection.invoke('FindJob', 'work:quick', position);
      assert.deepEqual(one.jobs.map(job => job.attempt), [1, 1, 1, 1]);
      assert.deepEqual([dead.deadReason, dead.reason], ['rejected', 'no such file']);
      await one.stop();
    });

    test('a job outlives its connection and completes over the next one', async () => {
      const alice = await sender();
      const proxy = await wsmq.proxy(last().hub);
      let finish;
      const first = new Promise(resolve => { finish = resolve; });
      const one = await worker('work:quick', message => message.body === 1 ? first : undefined, { hub: proxy.hub, concurrency: 1 });
      await alice.send('work:quick', 1);
      await alice.send('work:quick', 2);
      await eventually('it has begun', () => one.jobs.length === 1);
      proxy.cut();
      await eventually('the connection is gone', () => one.connection.state !== 'Connected');
      await eventually('there is another one', () => one.connection.state === 'Connected');
      finish();
      await isEmpty(alice, 'work:quick');
      assert.deepEqual(one.jobs.map(job => [job.message.body, job.attempt, job.lostLeases]), [[1, 1, 0], [2, 1, 0]]);
      await one.stop();
    });

    test('a worker whose lease is lost is told, and its completion changes nothing', async () => {
      const alice = await sender();
      const one = await worker('work:brief', async (message, job) => {
        await new Promise(resolve => job.signal.addEventListener('abort', resolve));
      });
      const { position } = await alice.send('work:brief', 1);
      await eventually('it has begun', () => one.jobs.length === 1);
      assert.equal(await alice.connection.invoke('CancelJob', 'work:brief', position), true);
      await eventually('the worker is told', () => one.jobs[0].signal.aborted);
      await assert.rejects(
        one.connection.invoke('Complete', 'work:brief', position, one.jobs[0].token), /\[wsmq 4009 lease-lost final\]/);
      assert.equal(await alice.connection.invoke('FindJob', 'work:brief', position), null);
      await one.stop();
    });

    test('a stop lets the running job end, and begins no other', async () => {
      const alice = await sender();
      let finish;
      const one = await worker('work:quick', () => new Promise(resolve => { finish = resolve; }), { concurrency: 1 });
      await alice.send('work:quick', 1);
      await eventually('it has begun', () => finish !== undefined);
      await alice.send('work:quick', 2);
      const stopped = one.stop();
      finish();
      await stopped;
      assert.equal(one.jobs.length, 1);
      const two = await worker('work:quick', async () => {});
      await isEmpty(alice, 'work:quick');
      assert.deepEqual(two.jobs.map(job => [job.message.body, job.attempt]), [[2, 1]]);
      await two.stop();
    });

    test('a queue that is not declared is refused with a code', async () => {
      const errors = [];
      const one = await worker('work:unknown', async () => {}, { refused: e => errors.push(e.message) });
      await eventually('the refusal arrives', () => errors.length === 1);
      assert.match(errors[0], /\[wsmq 2010 unknown-queue final\]/);
      await one.stop();
    });
  });
}
