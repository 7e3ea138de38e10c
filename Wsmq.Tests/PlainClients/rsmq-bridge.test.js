import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { work } from '../../samples/JavaScript/worker.js';
import { eventually } from './support/eventually.js';
import { TempFolder } from './support/process.js';
import { startRedis } from './support/redis.js';
import { Bridge, Producer } from './support/rsmq.js';
import { Setting } from './support/setting.js';

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the bridge from rsmq', () => {
  const wsmq = Setting.of({ store: 'redis', settings: { Queues__emails__Workers__0: '*' } });
  let folder, old, producer, made = 0;

  // RSMQ has a Redis of its own here, so that each of the two can fail alone.
  before(async () => {
    folder = await TempFolder.make();
    old = await startRedis(folder.path);
    producer = new Producer(old.address);
  });
  after(async () => {
    await producer?.stop();
    await old?.server.stop();
    await folder?.stop();
  });

  /** A queue of RSMQ that no other test uses. */
  async function queue(prefix = 'queue', attributes) {
    const name = `${prefix}-${++made}`;
    await producer.create(name, attributes);
    return name;
  }

  /** A bridge for the given routes; it polls fast, and takes up what a killed one had in hand after a second. */
  async function bridge(routes, settings = {}) {
    const to = Object.fromEntries(Object.entries(routes).map(([name, address]) => [`Bridge:Queues:${name}:To`, address]));
    return wsmq.keep(await Bridge.start({
      'Wsmq:Redis': wsmq.redis.address, 'Bridge:Redis': old.address,
      'Bridge:PollInterval': '00:00:00.1', 'Bridge:Visibility': '00:00:01', ...to, ...settings }));
  }

  const emptied = name => eventually(`${name} is empty`, async () => (await producer.attributes(name)).msgs === 0);

  test('a message goes to the user that its field names, with the queue as its type and its JSON as the body', async () => {
    const [bob] = wsmq.users('bob');
    const web = await wsmq.connect(bob);
    const name = await queue('notifications');
    await producer.send(name, { userId: bob, text: 'größer' });
    await bridge({ [name]: 'user:{userId}' });
    await web.receives(1);
    const [message] = web.received;
    assert.deepEqual([message.type, message.body, message.sender ?? null], [name, { userId: bob, text: 'größer' }, null]);
    await emptied(name);
  });

  test('a queue that is named after its user is found when it is created, and keeps its order', async () => {
    const [bob, carol] = wsmq.users('bob', 'carol');
    await bridge({ 'user-*': 'user:{*}' });
    const [webs, carols] = [await wsmq.connect(bob), await wsmq.connect(carol)];
    for (const user of [bob, carol]) {
      await producer.create(`user-${user}`);
      for (const n of numbers(1, 300)) await producer.send(`user-${user}`, n);
    }

    await webs.receives(300);
    await carols.receives(300);
    assert.deepEqual(webs.bodies, numbers(1, 300));
    assert.deepEqual(carols.bodies, numbers(1, 300));
  });

  test("rsmq's realtime signal wakes the bridge long before it would poll", async () => {
    const [bob] = wsmq.users('bob');
    const name = await queue();
    const web = await wsmq.connect(bob);
    await bridge({ [name]: `user:${bob}` }, { 'Bridge:PollInterval': '01:00:00' });
    const realtime = wsmq.keep(new Producer(old.address, { realtime: true }));

    // The first message may be found by the first poll, and the second one may come before the subscription.
    for (let n = 1; web.received.length < 3; n++) {
      assert.ok(n < 50, 'signals arrive');
      await realtime.send(name, n);
      await eventually('it is delivered', () => web.received.length === n, 2_000).catch(() => {});
    }

    await emptied(name);
  });

  test('a delayed message is not taken before its time', async () => {
    const [bob] = wsmq.users('bob');
    const name = await queue('queue', { delay: 1 });
    const web = await wsmq.connect(bob);
    await bridge({ [name]: `user:${bob}` });
    const sent = performance.now();
    await producer.send(name, 1);
    await web.receives(1);
    assert.ok(performance.now() - sent >= 990);
  });

  test('bridges that are killed in the middle lose nothing and double nothing', async () => {
    const [bob] = wsmq.users('bob');
    const name = await queue();
    const web = await wsmq.connect(bob);
    const ids = [];
    const produce = async part => {
      for (const n of numbers(part * 400 + 1, part * 400 + 400)) ids.push(await producer.send(name, { n }));
    };

    for (let part = 0; part < 3; part++) {
      const running = await bridge({ [name]: `user:${bob}` }, { 'Bridge:BatchSize': 7 });
      const before = web.received.length;
      const producing = produce(part);
      await eventually('it is in the middle', () => web.received.length >= before + 50);
      await running.kill();
      await producing;
    }

    await bridge({ [name]: `user:${bob}` });
    await web.receives(1_200);
    await emptied(name);
    assert.deepEqual(web.received.map(m => m.id).sort(), ids.map(id => `rsmq-${id}`).sort());
    assert.deepEqual(web.bodies.map(b => b.n).sort((a, b) => a - b), numbers(1, 1_200));
  });

  test('what it publishes to a work queue is one job each, also if a bridge is killed in the middle; jobs of a key follow one another', async () => {
    const name = await queue('emails');
    const settings = {
      'Wsmq:Queues:emails:MaxAttempts': 5, [`Bridge:Queues:${name}:Key`]: '{account}', [`Bridge:Queues:${name}:Type`]: 'send-{queue}', 'Bridge:BatchSize': 7,
    };
    const [worker] = wsmq.users('worker');
    const [done, open, overlaps] = [[], new Set(), []];
    const connection = (await wsmq.connect(worker)).connection;
    const jobs = work(connection, 'work:emails', async message => {
      const { account } = message.body;
      if (open.has(account)) overlaps.push(message.body);
      open.add(account);
      await new Promise(setImmediate);
      open.delete(account);
      done.push(message);
    }, { concurrency: 8 });
    await jobs.connected();

    const running = await bridge({ [name]: 'work:emails' }, settings);
    const ids = [];
    const producing = (async () => {
      for (const n of numbers(1, 400)) ids.push(await producer.send(name, { account: `a${n % 5}`, n }));
    })();
    await eventually('it is in the middle', () => done.length >= 50);
    await running.kill();
    await bridge({ [name]: 'work:emails' }, settings);
    await producing;
    await eventually(() => `400 jobs are done; so far ${done.length}`, () => done.length >= 400);
    await emptied(name);
    await jobs.stop();
    assert.deepEqual(done.map(m => m.id).sort(), ids.map(id => `rsmq-${id}`).sort());
    assert.deepEqual([overlaps, new Set(done.map(m => m.type))], [[], new Set([`send-${name}`])]);
  });

  test('two bridges share the work', async () => {
    const [bob] = wsmq.users('bob');
    const name = await queue();
    const web = await wsmq.connect(bob);
    await Promise.all([bridge({ [name]: `user:${bob}` }), bridge({ [name]: `user:${bob}` })]);
    for (const n of numbers(1, 500)) await producer.send(name, n);
    await web.receives(500);
    await emptied(name);
    assert.deepEqual(web.bodies.toSorted((a, b) => a - b), numbers(1, 500));
  });

  test('a bridge that is stopped hides nothing from the next one', async () => {
    const [bob] = wsmq.users('bob');
    const name = await queue();
    const running = await bridge({ [name]: `user:${bob}` }, { 'Bridge:Visibility': '01:00:00' });
    const web = await wsmq.connect(bob);
    const producing = (async () => { for (const n of numbers(1, 400)) await producer.send(name, n); })();
    await eventually('it works', () => web.received.length >= 20);
    await running.stop();
    await producing;

    // RSMQ counts what became visible within this second as hidden.
    await eventually('nothing is hidden', async () => (await producer.attributes(name)).hiddenmsgs === 0);
    await bridge({ [name]: `user:${bob}` });
    await web.receives(400);
    assert.deepEqual(web.bodies, numbers(1, 400));
  });

  test('a message that cannot be published is tried again, and then moved to a dead-letter queue that rsmq can read', async () => {
    const [bob] = wsmq.users('bob');
    const name = await queue();
    const web = await wsmq.connect(bob);
    const sent = [];
    for (const text of ['no JSON', '{"user":"nobody"}', JSON.stringify({ userId: `${bob}\u0007` }), JSON.stringify({ userId: bob })]) {
      sent.push(await producer.send(name, text));
    }

    const running = await bridge({ [name]: 'user:{userId}' }, { 'Bridge:MaxReceives': 2 });
    await web.receives(1);
    await emptied(name);
    const dead = [];
    for (let i = 0; i < 3; i++) dead.push(await producer.receive(`${name}-dead`));
    assert.deepEqual(dead.map(m => m.id).sort(), sent.slice(0, 3).sort());
    assert.ok(dead.some(m => m.message === 'no JSON'));
    for (const id of sent.slice(0, 3)) {
      const line = new RegExp(`Message ${id} .*in 2 tries and is now in ${name}-dead`);
      await eventually(() => `the log names ${id}\n${running.output}`, () => line.test(running.output));
    }

    assert.doesNotMatch(running.output, /no JSON/, 'the log has no content');
  });

  test('an outage of the store of wsmq takes no message an attempt', async () => {
    const [bob] = wsmq.users('bob');
    const name = await queue();
    const web = await wsmq.connect(bob);
    const settings = { 'Bridge:MaxReceives': 1, 'Wsmq:Options:Publish:SendTimeout': '00:00:00.2' };
    const running = await bridge({ [name]: `user:${bob}` }, settings);
    wsmq.redis.server.pause();
    try {
      for (const n of numbers(1, 20)) await producer.send(name, n);
      await eventually('it fails repeatedly', () => running.output.split('cannot be stored now').length > 4);
    } finally {
      wsmq.redis.server.resume();
    }

    await web.receives(20);
    await emptied(name);
    assert.deepEqual(web.bodies.toSorted((a, b) => a - b), numbers(1, 20));
    await assert.rejects(producer.attributes(`${name}-dead`), { name: 'queueNotFound' });
  });

  test('a bridge whose own Redis is unavailable continues afterwards', async () => {
    const [bob] = wsmq.users('bob');
    const name = await queue();
    const web = await wsmq.connect(bob);
    const running = await bridge({ [name]: `user:${bob}` }, { 'Bridge:Redis': `${old.address},asyncTimeout=300` });
    old.server.pause();
    try {
      await eventually('a call fails', () => running.output.includes('The Redis of RSMQ failed'));
    } finally {
      old.server.resume();
    }

    for (const n of numbers(1, 20)) await producer.send(name, n);
    await web.receives(20);
    assert.deepEqual(web.bodies, numbers(1, 20));
  });

  for (const [what, settings, expected] of [
    ['a work queue that is not declared', { 'Bridge:Queues:a:To': 'work:emails' }, /Wsmq:Queues:emails/],
    ['an address of an unknown kind', { 'Bridge:Queues:a:To': 'mail:bob' }, /Bridge:Queues:a:To/],
    ['a placeholder without its end', { 'Bridge:Queues:a:To': 'user:{id' }, /write a placeholder as \{name\}/],
    ['a field of a text', { 'Bridge:Queues:a:To': 'user:{id}', 'Bridge:Queues:a:Format': 'Text' }, /needs the format Json/],
    ['a misspelled key', { 'Bridge:Queues:a:To': 'user:bob', 'Bridge:Pol': '1' }, /Pol/],
    ['no queues', {}, /Bridge:Queues is empty/],
  ]) test(`a configuration with ${what} is refused at the start`, async () => {
    await assert.rejects(Bridge.start({ 'Wsmq:Redis': wsmq.redis.address, ...settings }), expected);
  });
});
