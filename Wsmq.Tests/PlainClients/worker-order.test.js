import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';
import { Queue, queue, startWorker } from './support/workers.js';

const DAY = 24 * 60 * 60_000;
const IN_LINE = 300;

/** The jobs that a worker has begun with: each with the time at which it has. */
async function begins(wsmq, address, options, handle = async () => {}) {
  const begun = [];
  const node = wsmq.nodes.at(-1);
  const one = await startWorker(wsmq, node.hub, node.token(wsmq.users('worker')[0]), address, (message, job) => {
    begun.push({ at: Date.now(), body: message.body, ...job });
    return handle(message, job);
  }, options);
  return { begun, stop: one.stop };
}

async function open(wsmq, address) {
  return new Queue(await wsmq.connect(wsmq.users('sender')[0]), address);
}

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`the sample worker on ${nodes} nodes with ${store}`, () => {
    // A resumed queue must not wait for the tail check.
    const wsmq = Setting.of({ store, nodes, settings: { ...queue('line'), ...queue('late'), Options__Delivery__TailCheckInterval: '01:00:00' } });

    test('begins with the jobs of one connection in the order in which they were sent, also with those that are due at the same moment', async () => {
      const line = await open(wsmq, 'work:line');
      const one = await begins(wsmq, 'work:line', { concurrency: 1 });
      const notBefore = Date.now() + 1_000;
      await line.sendMany(Array.from({ length: 10 }, (_, n) => ({ body: { due: n }, notBefore })));
      await line.sendMany(Array.from({ length: IN_LINE }, (_, n) => ({ body: { n } })));
      await eventually(() => `all have begun; so far ${one.begun.length}`, () => one.begun.length === IN_LINE + 10);
      const of = field => one.begun.map(job => job.body[field]).filter(value => value !== undefined);
      assert.deepEqual(of('due'), Array.from({ length: 10 }, (_, n) => n));
      assert.deepEqual(of('n'), Array.from({ length: IN_LINE }, (_, n) => n));
      await one.stop();
    });

    test('begins with no job before its time, and not at all with one that is due in months', async () => {
      const late = await open(wsmq, 'work:late');
      const one = await begins(wsmq, 'work:late', {});
      for (const days of [25, 50, 400]) await late.send('months', { delay: days * DAY });
      await assert.rejects(late.send('too long', { delay: 401 * DAY }), /\[wsmq 2008 invalid-message final\]/);
      const delays = Array.from({ length: 20 }, (_, n) => 37 * n);
      for (const delay of delays) await late.send(delay, { delay });
      await late.send(0, { notBefore: Date.now() - DAY });
      await late.isEmpty(3);
      assert.deepEqual(one.begun.map(job => job.body).sort((a, b) => a - b), [0, ...delays]);
      assert.deepEqual(one.begun.filter(job => job.at < job.due || job.due < job.message.sentAt + job.body), []);
      await one.stop();
    });

    test('begins with no job after a pause has returned, until the queue is resumed', async () => {
      const line = await open(wsmq, 'work:line');
      const running = [];
      const one = await begins(wsmq, 'work:line', { concurrency: 4 }, () => new Promise(resolve => { running.push(resolve); }));
      await Promise.all(Array.from({ length: 10 }, (_, n) => line.send(n)));
      await eventually('four have begun', () => one.begun.length === 4);
      await line.call('PauseQueue');
      for (const end of running.splice(0)) end();
      await line.send(10);
      await eventually('they have ended', async () => (await line.info()).leased === 0);
      const { paused, ready } = await line.info();
      const begun = one.begun.length;
      await line.call('ResumeQueue');
      await eventually('the others begin', () => {
        for (const end of running.splice(0)) end();
        return one.begun.length === 11;
      });
      await line.isEmpty();
      assert.deepEqual([paused, ready, begun], [true, 7, 4]);
      assert.deepEqual(one.begun.filter(job => job.attempt !== 1 || job.lostLeases !== 0), []);
      await one.stop();
    });

    test('begins with a job of the same unique id right after the first one has ended', async () => {
      const line = await open(wsmq, 'work:line');
      let finish;
      const one = await begins(wsmq, 'work:line', {}, () => new Promise(resolve => { finish = resolve; }));
      const send = more => line.send('row 7', { uniqueId: 'row 7', ...more });
      const first = await send({ delay: 300 });
      const delayed = await send();
      await eventually('it has begun', () => finish !== undefined);
      const leased = await send();
      finish();
      await line.isEmpty();
      const second = await send();
      await eventually('the second one begins', () => one.begun.length === 2);
      finish();
      await line.isEmpty();
      for (const receipt of [delayed, leased])
        assert.deepEqual([receipt.duplicate, receipt.uniqueIdTaken, receipt.position], [true, true, first.position]);
      assert.equal(second.duplicate, false);
      await one.stop();
    });
  });
}

describe('the sample worker on 2 nodes after Redis was away', () => {
  const wsmq = Setting.of({ store: 'redis', appendOnly: true, nodes: 2, settings: queue('line') });
  const [outage, left] = [6_000, 2_000];

  test('begins with new jobs, and with a delayed one at its time', async () => {
    const line = await open(wsmq, 'work:line');
    const one = await begins(wsmq, 'work:line', {});
    await line.send('first');
    const due = Date.now() + outage + left;
    await line.send('due', { notBefore: due });
    await line.isEmpty(1);
    await wsmq.redis.server.stop();
    await eventually('the outage has lasted for long enough', () => Date.now() > due - left);
    await wsmq.restartRedis();
    await eventually('Redis is back', () => line.send('back').then(() => true, () => false));
    // The node appends over another connection than it reads.
    await eventually('queues can be read', () => line.info().then(() => true, () => false));
    await Promise.all(Array.from({ length: 100 }, (_, n) => line.send(n)));

    // A node that has just found Redis again may lose a connection once more.
    await eventually('all have ended', () => line.isEmpty().then(() => true, () => false));
    const at = one.begun.find(job => job.body === 'due').at;
    assert.equal(new Set(one.begun.map(job => job.body)).size, 103);
    assert.ok(at >= due && at < due + outage, `${at - due} ms late: the wait for it did not begin again with the outage`);
    await one.stop();
  });
});
