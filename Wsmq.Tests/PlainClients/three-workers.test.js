import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { describe, test } from 'node:test';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { keepConnected } from '../../samples/JavaScript/wsmq.js';
import { work } from '../../samples/JavaScript/worker.js';
import { eventually } from './support/eventually.js';
import { Process, TempFolder } from './support/process.js';
import { startRedis } from './support/redis.js';

// WSMQ_JOBS=10000 node --test three-workers.test.js takes a few minutes.
const JOBS = Number(process.env.WSMQ_JOBS ?? 600);
const LEASE = 6_000;
const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** The programs of the fault campaign: a node with a worker in the app, and a worker with the .NET client. */
function faults() {
  const builds = ['Debug', 'Release'].map(c => path.join(REPOSITORY, 'Wsmq.Faults', 'bin', c, 'net10.0', 'Wsmq.Faults.dll')).filter(existsSync);
  assert.ok(builds.length > 0, 'Wsmq.Faults is built');
  return builds.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

describe('workers of all three kinds on two nodes', () => {
  test(`share ${JOBS} jobs: each ends, and none begins twice without a cause`, async () => {
    const kept = [];
    const events = [];
    try {
      const folder = await TempFolder.make();
      kept.push(folder);
      const redis = await startRedis(folder.path);
      kept.push(redis.server);
      const listener = createServer((request, response) => {
        let body = '';
        request.on('data', part => { body += part; });
        request.on('end', () => { events.push(JSON.parse(body)); response.end(); });
      }).listen(0, '127.0.0.1');
      kept.push({ stop: () => new Promise(resolve => { listener.close(resolve); listener.closeAllConnections(); }) });
      await new Promise(resolve => listener.once('listening', resolve));
      const jobs = `http://127.0.0.1:${listener.address().port}/`;

      const start = async (...args) => {
        const [child, [, address]] = await Process.start('dotnet', [faults(), ...args.map(String)], process.env, /^(http:\S+)$/m, { stdin: 'pipe' });
        kept.push({ stop: () => child.kill() });
        return address;
      };
      const times = ['--connection-timeout', 30_000, '--lease', LEASE, '--jobs', jobs];
      const nodes = [];
      for (let i = 0; i < 2; i++)
        nodes.push(await start('node', '--redis', redis.address, '--receipt-replicas', 0, '--command-timeout', 5_000, '--tail-check', 1_000, ...times));
      await start('worker', '--hub', `${nodes[0]}/wsmq`, ...times);
      const plain = await plainWorker(`${nodes[1]}/wsmq`, events);
      kept.push(plain);

      for (let from = 0; from < JOBS; from += 100) {
        const messages = Array.from({ length: Math.min(100, JOBS - from) }, (_, i) => ({ to: 'work:jobs', id: `j${from + i}`, type: 'job', body: { number: from + i } }));
        const results = await plain.connection.invoke('SendMany', messages);
        assert.deepEqual(results.filter(r => r.error), []);
      }

      const stored = async () => (await fetch(`${nodes[0]}/jobs`)).json();

      // A read goes state by state, and misses a job that changes its state meanwhile: two in a row.
      const quiet = async () => (await stored()).jobs.every(j => j.state === 'Dead');
      await eventually(() => `no job waits; so far ${count(events)}`, async () => await quiet() && await quiet(), JOBS * 500 + 120_000);
      check(events, (await stored()).jobs);
      console.log(`${count(events)}, dead ${(await stored()).jobs.length}`);
    } finally {
      for (const one of kept.reverse()) await one.stop();
    }
  });
});

async function plainWorker(hub, events) {
  const connection = new HubConnectionBuilder()
    .withUrl(`${hub}?user=plain`, { transport: HttpTransportType.WebSockets, skipNegotiation: true })
    .configureLogging(LogLevel.None)
    .build();
  const worker = work(connection, 'work:jobs', async (message, job) => {
    const run = `plain-${events.length}`;
    const event = { d: 'plain', id: message.id, p: message.position, n: job.attempt, lost: job.lostLeases, run };
    events.push({ e: 'job-began', ...event });
    await new Promise(resolve => setTimeout(resolve, 20));
    events.push({ e: job.signal.aborted ? 'job-lease-lost' : 'job-returned', ...event });
  });
  const client = keepConnected(connection, { handle: async () => {}, missing: async () => {}, connected: () => worker.connected() });
  await client.started;
  return { connection, stop: () => worker.stop().then(() => client.stop()) };
}

function groupBy(events, key) {
  const groups = new Map();
  for (const event of events) groups.set(key(event), [...groups.get(key(event)) ?? [], event]);
  return groups;
}

const count = events => [...groupBy(events, e => e.e)].map(([kind, all]) => `${kind} ${all.length}`).join(', ');

function check(events, dead) {
  const workers = new Set(events.map(e => e.d.split('/')[0]));
  assert.equal(workers.size, 3, `all kinds have worked: ${[...workers]}`);
  const deadLetters = new Map(dead.map(job => [job.position, job.reason]));
  const byJob = groupBy(events, e => e.p);
  assert.equal(new Set([...byJob.keys(), ...deadLetters.keys()]).size, JOBS, 'each job has been worked on');
  for (const [position, all] of byJob) {
    const returned = all.filter(e => e.e === 'job-returned').length;
    const begun = all.filter(e => e.e === 'job-began').length;
    const causes = all.filter(e => ['job-threw', 'job-uncounted', 'job-lease-lost'].includes(e.e)).length;
    assert.ok(returned === 1 || deadLetters.get(position), `${position} ended: ${JSON.stringify(all)}`);
    assert.ok(begun <= 1 + causes, `${position} began ${begun} times: ${JSON.stringify(all)}`);
  }
}
