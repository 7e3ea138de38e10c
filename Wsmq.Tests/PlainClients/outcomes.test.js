import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { keepConnected } from '../../samples/JavaScript/wsmq.js';
import { work } from '../../samples/JavaScript/worker.js';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';

// Leases are extended long after the limit of every wait here: only the server's call tells a worker of a cancellation.
const queue = (name, options = {}) => Object.fromEntries(
  Object.entries({ Workers__0: '*', Senders__0: '*', Managers__0: '*', Lease: '01:00:00', MinBackoff: '00:00:00', MaxBackoff: '00:00:00', ...options })
    .map(([key, value]) => [`Queues__${name}__${key}`, value]));

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`progress and outcome of jobs of the sample worker on ${nodes} nodes with ${store}`, () => {
    const wsmq = Setting.of({ store, nodes, settings: { ...queue('steps', { MaxAttempts: 2 }), ...queue('forgetful', { OutcomeRetention: '00:00:00' }) } });

    /** The sample as an app uses it, on the last node, one job at a time. */
    async function worker(queue, handle) {
      const [user] = wsmq.users('worker');
      const node = wsmq.nodes.at(-1);
      const connection = new HubConnectionBuilder()
        .withUrl(node.hub, { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: () => node.token(user) })
        .configureLogging(LogLevel.None)
        .build();
      const worker = work(connection, queue, handle, { concurrency: 1 });
      const client = keepConnected(connection, { handle: async () => {}, missing: async () => {}, connected: () => worker.connected() });
      wsmq.keep(client);
      await client.started;
      return { connection, stop: () => worker.stop().then(() => client.stop()) };
    }

    /** Sends and asks over the first node. */
    async function sender() {
      const [user] = wsmq.users('sender');
      const client = await wsmq.connect(user, { node: wsmq.nodes[0] });
      const call = (method, queue, ...more) => client.connection.invoke(method, queue, ...more);
      const totals = async queue => (await call('QueueInfo', queue)).totals;
      return { send: (...args) => client.send(...args), call, totals, status: (queue, { position }) => call('JobStatus', queue, position) };
    }

    test('a job that is done at once is reported to a sender that asks afterwards, until it is forgotten', async () => {
      const alice = await sender();
      for (const name of ['work:steps', 'work:forgetful']) {
        const before = (await alice.totals(name)).completed;
        const one = await worker(name, async () => {});
        const receipt = await alice.send(name, 1);
        await eventually('it is completed', async () => (await alice.totals(name)).completed === before + 1);
        const status = await alice.status(name, receipt);
        assert.deepEqual([status.ended, status.job, status.outcome?.end], [true, null, name === 'work:steps' ? 'completed' : undefined]);
        await one.stop();
      }
    });

    test('progress is read while the job runs, by the next attempt, and with the outcome', async () => {
      const alice = await sender();
      const seen = [];
      let go;
      const gate = new Promise(resolve => { go = resolve; });
      const one = await worker('work:steps', async (message, job) => {
        seen.push(job.progress);
        await job.report({ done: 10 * job.attempt });
        await assert.rejects(job.report('x'.repeat(1023)), /\[wsmq 2008 invalid-message final\].*1024 bytes/);
        if (job.attempt === 1) await gate;
        throw new RangeError('secret content');
      });
      const receipt = await alice.send('work:steps', 1);
      await eventually('progress is reported', async () => (await alice.status('work:steps', receipt)).job?.progress);
      const running = await alice.status('work:steps', receipt);
      go();
      await eventually('it is a dead letter', async () => (await alice.status('work:steps', receipt)).ended);
      const ended = await alice.status('work:steps', receipt);
      assert.deepEqual([running.ended, running.outcome, running.job.state, running.job.progress], [false, null, 'leased', { done: 10 }]);
      assert.deepEqual(seen, [undefined, { done: 10 }]);
      assert.deepEqual([ended.job.state, ended.outcome.end, ended.outcome.reason, ended.outcome.progress],
        ['dead', 'attempts-used-up', 'RangeError', { done: 20 }]);
      await one.stop();
    });

    test('a job that is cancelled aborts the signal of its handler at once, its result is refused, and the worker goes on', async () => {
      const alice = await sender();
      const before = (await alice.totals('work:steps')).completed;
      let told;
      const one = await worker('work:steps', async (message, job) => {
        if (message.body === 2) return;
        told = { job };
        await new Promise(resolve => job.signal.addEventListener('abort', resolve));
        told.refusal = await job.report(1).catch(e => e.message);
      });
      const receipt = await alice.send('work:steps', 1);
      await eventually('it has begun', () => told !== undefined);
      assert.equal(await alice.call('CancelJob', 'work:steps', receipt.position), true);
      await eventually('the handler is told', () => told.refusal);
      assert.match(told.refusal, /\[wsmq 4009 lease-lost final\]/);
      await assert.rejects(one.connection.invoke('Complete', 'work:steps', receipt.position, told.job.token), /\[wsmq 4009 lease-lost final\]/);
      await alice.send('work:steps', 2);
      await eventually('the next one is completed', async () => (await alice.totals('work:steps')).completed === before + 1);
      assert.equal((await alice.status('work:steps', receipt)).outcome.end, 'removed');
      await one.stop();
    });
  });
}
