import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { WsmqError } from '../dist/errors.js';
import { settingsOf } from '../dist/options.js';
import { Acks, AllAcks } from '../dist/receiving/acks.js';
import { at } from '../support/scripted-hub.js';

const INTERVAL = 1_000;
const LULL = INTERVAL / 8;

/** When acknowledgements are sent, with timers that only the test moves. */
describe('acknowledgements', () => {
  let timers;
  let passed;
  let calls;
  let all;
  let answer;
  beforeEach(t => {
    ({ timers } = t.mock);
    timers.enable({ apis: ['setTimeout'] });
    passed = 0;
    t.mock.method(performance, 'now', () => passed);
    calls = [];
    answer = async () => {};
    all = new AllAcks(settingsOf({ url: '/wsmq' }));
  });

  const session = { isAlive: true, call: (target, ...args) => { calls.push(args); return answer(); } };

  const acksOf = source => {
    const acks = new Acks(source, all.settings, { error: assert.fail }, all);
    acks.attach(session);
    return acks;
  };

  const handle = async (acks, from, to = from) => {
    for (let position = from; position <= to; position++) acks.handled(at(position));
    await answers();
  };

  const answers = () => new Promise(setImmediate);

  const pass = async time => {
    passed += time;
    timers.tick(time);
    await answers();
  };

  const acked = (...positions) => assert.deepEqual(calls.map(([, position]) => position), positions.map(at));

  test('the first one after a pause is sent at once, later ones once in an interval', async () => {
    const acks = acksOf('user:bob');
    await handle(acks, 1);
    acked(1);
    await handle(acks, 2, 8);
    await pass(INTERVAL - 1);
    acked(1);
    await pass(1);
    acked(1, 8);
    await pass(INTERVAL);
    await handle(acks, 9);
    acked(1, 8, 9);
  });

  test('half of the window is acknowledged without waiting', async () => {
    const acks = acksOf('user:bob');
    await handle(acks, 1);
    await handle(acks, 2, 128);
    acked(1);
    await handle(acks, 129);
    acked(1, 129);
  });

  test('a sixteenth of that is acknowledged once no more messages arrive: the window of the server may be smaller', async () => {
    const acks = acksOf('user:bob');
    await handle(acks, 1);
    await handle(acks, 2, 8);
    await pass(LULL);
    acked(1);
    await handle(acks, 9);
    await pass(LULL - 1);
    await handle(acks, 10);
    await pass(LULL - 1);
    acked(1);
    await pass(1);
    acked(1, 10);
  });

  test('a quarter of the window of the connection is acknowledged, even if it is of many sources', async () => {
    const sources = Array.from({ length: 32 }, (_, i) => acksOf(`user:${i}`));
    for (let position = 1; position <= 8; position++) {
      assert.ok(calls.length <= sources.length);
      for (const acks of sources) await handle(acks, position);
    }

    assert.equal(calls.length, 2 * sources.length);
    assert.ok(calls.slice(sources.length).every(([, position]) => position === at(8)));
  });

  test('the acknowledgements of the members of a group are spread over the interval', async () => {
    const members = Array.from({ length: 32 }, () => acksOf('group:all'));
    for (const acks of members) await handle(acks, 1);
    for (let i = 0; i < 10; i++) await pass(INTERVAL / 20);
    assert.ok(calls.length > 0 && calls.length < members.length, `${calls.length} after half of the interval`);
    for (let i = 0; i < 10; i++) await pass(INTERVAL / 20);
    assert.equal(calls.length, members.length);
  });

  test('what is read again after a resume is acknowledged again: it fills the window of the server', async () => {
    const acks = acksOf('user:bob');
    await handle(acks, 1, 300);
    acked(1, 300);
    await handle(acks, 1, 128);
    acked(1, 300, 128);
    await handle(acks, 301);
    await pass(INTERVAL);
    acked(1, 300, 128, 301);
  });

  test('the end of state is acknowledged also below what was acknowledged, until the server has accepted it', async () => {
    const acks = acksOf('user:bob');
    await handle(acks, 9);
    answer = async () => { throw new WsmqError(5001, 'store-unavailable', 'later', { canRetry: true, retryAfter: INTERVAL }); };
    acks.handled(at(5));
    await pass(INTERVAL);
    acked(9, 5);
    answer = async () => {};
    await pass(INTERVAL);
    acked(9, 5, 5);

    // One ack is enough for both.
    acks.handled(at(10));
    acks.handled(at(8));
    await pass(INTERVAL);
    await pass(INTERVAL);
    acked(9, 5, 5, 10);
  });

  test('what was handled is acknowledged at a stop, also while an acknowledgement is on its way', async () => {
    let arrive;
    answer = () => new Promise(resolve => { arrive = resolve; });
    const acks = acksOf('user:bob');
    await handle(acks, 1, 2);
    const flushed = acks.flush();
    arrive();
    await answers();
    acked(1, 2);
    arrive();
    await flushed;
  });
});
