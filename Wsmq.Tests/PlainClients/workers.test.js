import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { Process } from './support/process.js';
import { Setting } from './support/setting.js';
import { Queue, queue, startWorker } from './support/workers.js';

const MOST_LOST_LEASES = 3;

const settings = {
  ...queue('quick'), ...queue('brief', { Lease: '00:00:09' }), ...queue('short', { Lease: '00:00:01' }), ...queue('strict', { MaxAttempts: 3 }),
  ...queue('types'), ...queue('fatal', { Lease: '00:00:02' }),
};

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`the sample worker on ${nodes} nodes with ${store}`, () => {
    const wsmq = Setting.of({ store, nodes, settings });
    const last = () => wsmq.nodes.at(-1);

    const worker = (queue, handle, { hub = last().hub, ...options } = {}) => startWorker(wsmq, hub, last().token(wsmq.users('worker')[0]), queue, handle, options);

    async function open(address, node = wsmq.nodes[0]) {
      return new Queue(await wsmq.connect(wsmq.users('sender')[0], { node }), address);
    }

    /** Sends two jobs to a worker behind a proxy, whose handler holds the first one until `finish` is called. */
    async function holdFirstOfTwo(quick) {
      const proxy = await wsmq.proxy(last().hub);
      let finish;
      const first = new Promise(resolve => { finish = resolve; });
      const one = await worker('work:quick', message => message.body === 1 ? first : undefined, { hub: proxy.hub, concurrency: 1 });
      await quick.send(1);
      await quick.send(2);
      await eventually('it has begun', () => one.jobs.length === 1);
      return { proxy, one, finish };
    }

    const bothOnce = one => assert.deepEqual(one.jobs.map(job => [job.message.body, job.attempt, job.lostLeases]), [[1, 1, 0], [2, 1, 0]]);

    test('handles a job once, with its message, and completes it', async () => {
      const quick = await open('work:quick');
      const seen = [];
      const one = await worker('work:quick', async (message, job) => { seen.push([message.body, message.id, job.attempt, job.lostLeases]); });
      const receipt = await quick.send({ file: 'a.png' }, { id: 'one' });
      await eventually('the job is handled', () => seen.length === 1);
      await quick.isEmpty();
      assert.deepEqual(seen, [[{ file: 'a.png' }, 'one', 1, 0]]);
      assert.equal(one.jobs[0].message.position, receipt.position);
      await one.stop();
    });

    test('works on as many jobs at a time as it is told to, and on all of them', async () => {
      const quick = await open('work:quick');
      let [running, most, done] = [0, 0, 0];
      const one = await worker('work:quick', async () => {
        most = Math.max(most, ++running);
        await pause(5);
        running--;
        done++;
      }, { concurrency: 3 });
      await Promise.all(Array.from({ length: 60 }, (_, n) => quick.send(n)));
      await eventually('all are done', () => done === 60);
      await quick.isEmpty();
      assert.ok(most <= 3, `${most} at a time`);
      assert.equal(new Set(one.jobs.map(job => job.position)).size, 60);
      await one.stop();
    });

    test('a handler that throws is called again until the attempts are used up', async () => {
      const strict = await open('work:strict');
      const one = await worker('work:strict', async () => { throw new RangeError('secret content'); });
      const { position } = await strict.send(1);
      const dead = await strict.dead(position);
      assert.deepEqual(one.jobs.map(job => job.attempt), [1, 2, 3]);
      assert.deepEqual([dead.deadReason, dead.reason, dead.failedAttempts], ['attempts-used-up', 'RangeError', 3]);
      await one.stop();
    });

    test('a timeout inside a handler is a failed attempt', async () => {
      const strict = await open('work:strict');
      const silent = createServer().listen(0, '127.0.0.1');
      await new Promise(resolve => silent.once('listening', resolve));
      const one = await worker('work:strict', () => fetch(`http://127.0.0.1:${silent.address().port}`, { signal: AbortSignal.timeout(50) }));
      const { position } = await strict.send(1);
      const dead = await strict.dead(position);
      assert.deepEqual(one.jobs.map(job => job.attempt), [1, 2, 3]);
      assert.deepEqual([dead.deadReason, dead.reason], ['attempts-used-up', 'TimeoutError']);
      await one.stop();
      silent.close();
    });

    test('a handler may decide to retry uncounted, and to reject', async () => {
      const quick = await open('work:quick');
      const one = await worker('work:quick', async (message, job) => {
        if (one.jobs.length < 4) job.retry({ delay: 0, counts: false, reason: 'busy' });
        else job.reject('no such file');
      });
      const { position } = await quick.send(1);
      const dead = await quick.dead(position);
      assert.deepEqual(one.jobs.map(job => job.attempt), [1, 1, 1, 1]);
      assert.deepEqual([dead.deadReason, dead.reason], ['rejected', 'no such file']);
      await one.stop();
    });

    test('a type without a handler is handed back uncounted, with one warning, for a worker that knows it', async context => {
      const types = await open('work:types');
      const warn = context.mock.method(console, 'warn', () => {});
      const older = await worker('work:types', { resize: async () => {} }, { unknownTypeDelay: 50 });
      const sent = await Promise.all(['crop', 'crop', 'toString', 'resize'].map(type => types.send(1, { type })));
      await eventually('the known one is done', async () => await types.find(sent[3].position) === null);
      await eventually('the others are handed back', async () => (await types.info()).retrying === 3);
      await older.stop();
      const newer = await worker('work:types', async () => {});
      await types.isEmpty();
      assert.deepEqual(older.jobs.map(job => job.message.type), ['resize']);
      assert.deepEqual(newer.jobs.map(job => [job.message.type, job.attempt, job.lostLeases]).sort(), [['crop', 1, 0], ['crop', 1, 0], ['toString', 1, 0]]);
      assert.equal((await types.info()).dead, 0);
      assert.deepEqual(warn.mock.calls.map(call => /type '(\w+)'/.exec(call.arguments[0])?.[1]).sort(), ['crop', 'toString']);
      await newer.stop();
    });

    test('a job outlives its connection and completes over the next one', async () => {
      const quick = await open('work:quick');
      const { proxy, one, finish } = await holdFirstOfTwo(quick);
      proxy.cut();
      await eventually('the connection is gone', () => one.connection.state !== 'Connected');
      await eventually('there is another one', () => one.connection.state === 'Connected');
      finish();
      await quick.isEmpty();
      bothOnce(one);
      await one.stop();
    });

    test('a worker whose lease is lost is told, and its completion changes nothing', async () => {
      const brief = await open('work:brief');
      const one = await worker('work:brief', (message, job) => new Promise(resolve => job.signal.addEventListener('abort', resolve)));
      const { position } = await brief.send(1);
      await eventually('it has begun', () => one.jobs.length === 1);
      assert.equal(await brief.call('CancelJob', position), true);
      await eventually('the worker is told', () => one.jobs[0].signal.aborted);
      await assert.rejects(
        one.connection.invoke('Complete', 'work:brief', position, one.jobs[0].token), /\[wsmq 4009 lease-lost final\]/);
      assert.equal(await brief.find(position), null);
      await one.stop();
    });

    test('a handler that blocks the event loop for longer than its lease is told, warned of, and its completion does not count', async context => {
      const short = await open('work:short');
      const warn = context.mock.method(console, 'warn', () => {});
      const one = await worker('work:short', () => {
        if (one.jobs.length === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
      }, { concurrency: 1 });
      await short.send(1);
      await eventually('it is given again', () => one.jobs.length >= 2);
      await short.isEmpty();

      // A lease lasts a second: on a busy machine that of a further attempt may be lost as well.
      assert.deepEqual(one.jobs.map(job => [job.attempt, job.lostLeases]), one.jobs.map((_, i) => [1, i]));
      assert.deepEqual([one.jobs[0].signal.aborted, one.jobs.at(-1).signal.aborted], [true, false]);
      assert.match(warn.mock.calls[0].arguments[0], /late: a handler blocks the event loop/);
      await one.stop();
    });

    test('a job that ends its worker each time becomes a dead letter, and those beside it complete', async () => {
      const fatal = await open('work:fatal');
      const args = [path.join(import.meta.dirname, 'support/fatal-worker.js'), last().hub, last().token(wsmq.users('worker')[0]), 'work:fatal'];
      let [starts, stopped] = [0, false];
      const supervision = (async () => {
        while (!stopped) {
          const [one] = await Process.start(process.execPath, args, process.env, /connected/);
          wsmq.keep({ stop: () => one.kill() });
          starts++;
          await eventually('the worker has ended', () => one.hasEnded || stopped);
        }
      })();
      const others = 3;
      for (let i = 0; i < others; i++) await fatal.send({});
      const { position } = await fatal.send({ kills: others });
      const dead = await fatal.dead(position);
      await fatal.isEmpty();
      stopped = true;
      await supervision;
      assert.deepEqual([dead.deadReason, dead.lostLeases, dead.failedAttempts, (await fatal.info()).dead], ['leases-lost', MOST_LOST_LEASES, 0, 1]);
      assert.match(dead.worker, /^worker-\d+\/default$/);
      assert.ok(starts > 1 && starts <= MOST_LOST_LEASES + 1, `${starts} starts: each lease ended one process at most`);
    });

    test('a stop lets the running job end, extends its lease until then, and begins no other', async () => {
      const brief = await open('work:brief');
      let finish;
      const one = await worker('work:brief', () => new Promise(resolve => { finish = resolve; }), { concurrency: 1 });
      const { position } = await brief.send(1);
      await eventually('it has begun', () => finish !== undefined);
      await brief.send(2);
      const stopped = one.stop();
      const end = (await brief.find(position)).time;
      await eventually('the lease is extended', async () => (await brief.find(position)).time > end);
      finish();
      await stopped;
      assert.deepEqual(one.jobs.map(job => [job.message.body, job.signal.aborted]), [[1, false]]);
      const two = await worker('work:brief', async () => {});
      await brief.isEmpty();
      assert.deepEqual(two.jobs.map(job => [job.message.body, job.attempt, job.lostLeases]), [[2, 1, 0]]);
      await two.stop();
    });

    test('a queue that is not declared is refused with a code', async () => {
      const errors = [];
      const one = await worker('work:unknown', async () => {}, { refused: e => errors.push(e.message) });
      await eventually('the refusal arrives', () => errors.length === 1);
      assert.match(errors[0], /\[wsmq 2010 unknown-queue final\]/);
      await one.stop();
    });

    // The last one: it ends a node.
    test('a job whose node stops completes over the next node', async () => {
      const { proxy, one, finish } = await holdFirstOfTwo(await open('work:quick', last()));
      await last().stop();
      await wsmq.startNode();
      proxy.leadTo(last().hub);
      const after = await open('work:quick', last());
      const { leased, ready } = await after.info();
      finish();
      await after.isEmpty();
      assert.deepEqual([leased, ready], [1, 1]);
      bothOnce(one);
      await one.stop();
    });
  });
}
