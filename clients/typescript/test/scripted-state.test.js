import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { hubUrl } from '../dist/connection/hub-url.js';
import { StateCalls } from '../dist/receiving/state.js';
import { Page } from '../support/pages.js';
import { at, ScriptedHub } from '../support/scripted-hub.js';

const BOB = 'user:bob';

describe('state of a scripted hub', () => {
  let hub;
  let page;
  beforeEach(async () => { hub = await ScriptedHub.start(); });
  afterEach(async () => {
    await page.stop();
    await hub.stop();
  });

  /** A page that records in one list what it handles and is told. */
  async function open({ before = () => {}, ...options } = {}) {
    page = new Page(hub.hub, 'token', { handlerBackoff: { min: 1, max: 1 }, ...options });
    page.client.listen('gap', ({ after, before }) => { page.received.push({ body: `gap ${+after} ${+before}` }); });
    before();
    await page.client.start();
  }

  const deliveries = numbers => numbers.map(n => (
    { source: BOB, position: at(n), previous: at(0), id: `m${n}`, sentAt: 1, type: 'test', stateKey: `key ${n}`, body: n }));

  /** @param through undefined: more calls follow */
  const deliverState = (numbers, through) =>
    hub.call('State', BOB, deliveries(numbers), through === undefined ? null : at(through));

  const called = (target, count) =>
    eventually(() => `${count} calls of ${target}; so far ${hub.of(target).length}`, () => hub.of(target).length >= count);

  const acked = position =>
    eventually(() => `${position} is acknowledged; so far ${hub.of('Ack')}`, () => hub.of('Ack').at(-1)?.[1] === at(position));

  async function reconnect() {
    const { length } = hub.connections;
    hub.connections.at(-1).terminate();
    await eventually('it is connected again', () => hub.connections.length > length && page.client.state === 'connected');
  }

  test('is asked for', () => {
    page = { stop: () => {} };
    assert.equal(new URL(hubUrl(hub.hub, 'web')).searchParams.get('state'), 'true');
  });

  test('is handled before the log, in order, however many calls it has, and acknowledged at its end', async () => {
    await open();
    deliverState([2, 3]);
    deliverState([5], 7);
    hub.deliver(8, 7);
    await page.shows(4);
    assert.deepEqual(page.received.map(({ body, stateKey, isState }) => [body, stateKey, isState]),
      [[2, 'key 2', true], [3, 'key 3', true], [5, 'key 5', true], [8, undefined, undefined]]);
    assert.deepEqual(page.stateCompletes, [{ source: BOB, position: at(7), count: 3, keys: ['key 2', 'key 3', 'key 5'] }]);
    await acked(8);
    assert.deepEqual([hub.of('Ack').filter(([, position]) => position < at(7)), hub.of('Resume')], [[], []]);
  });

  test('is complete also if there is none', async () => {
    await open({ show: null });
    deliverState([], 0);
    await acked(0);
    assert.deepEqual(page.stateCompletes, [{ source: BOB, position: at(0), count: 0, keys: [] }]);
  });

  test('that a connection did not complete is forgotten: it comes again from its beginning', async () => {
    await open();
    deliverState([1, 2]);
    hub.call('Live', { type: 'mark', body: 1 });
    await eventually('the call has arrived', () => page.live.length === 1);
    await reconnect();
    deliverState([2]);
    deliverState([4], 4);
    await page.shows(2);
    await acked(4);
    assert.deepEqual([page.bodies, hub.of('Resume')], [[2, 4], []]);
  });

  test('is not mixed with that of another connection, nor with what a connection begins again', () => {
    page = { stop: () => {} };
    const [old, current] = [new StateCalls(), new StateCalls()];
    const bodies = ({ deliveries }) => deliveries.map(({ body }) => body);
    assert.equal(old.add(BOB, deliveries([1, 2]), null), undefined);
    assert.equal(current.add(BOB, deliveries([1]), null), undefined);
    assert.equal(old.add(BOB, deliveries([3]), null), undefined);
    assert.deepEqual(bodies(current.add(BOB, deliveries([4]), at(4))), [1, 4]);
    assert.equal(current.add(BOB, deliveries([1, 5]), null), undefined);
    assert.equal(current.add('group:all', deliveries([9]), null), undefined);
    assert.equal(current.add(BOB, deliveries([1]), null), undefined);
    assert.deepEqual(bodies(current.add(BOB, deliveries([6]), at(6))), [1, 6]);
  });

  test('void parts are forgotten where the server says so', () => {
    page = { stop: () => {} };
    const calls = new StateCalls();
    assert.equal(calls.add(BOB, deliveries([1, 2]), null), undefined);
    assert.equal(calls.add(BOB, [], null), undefined);
    assert.deepEqual(calls.add(BOB, deliveries([5]), at(6)).deliveries.map(({ body }) => body), [5]);
  });

  test('that is behind what was handled tells its keys only with the gap that follows', async () => {
    await open();
    deliverState([2, 4], 5);
    hub.deliver(6, 5);
    await page.shows(3);
    deliverState([2, 4], 5);
    hub.deliver(7, 6);
    await page.shows(4);
    assert.deepEqual(page.stateCompletes.map(({ keys }) => keys), [['key 2', 'key 4']]);
    deliverState([4, 8], 5);
    hub.call('Gap', BOB, at(5), at(10), 'retention');
    await eventually('the gap is announced', () => page.gaps.length === 1);
    assert.deepEqual(page.stateCompletes.map(({ keys }) => keys), [['key 2', 'key 4'], ['key 4', 'key 8']]);
    assert.deepEqual(page.bodies, [2, 4, 6, 7, 8, 'gap 5 10']);
  });

  test('that was handled is acknowledged again where it is delivered again, and not handled again', async () => {
    await open();
    deliverState([2, 3], 5);
    await acked(5);
    await reconnect();
    deliverState([2, 3], 5);
    await called('Ack', 2);
    assert.deepEqual([page.bodies, hub.of('Ack').at(-1)], [[2, 3], [BOB, at(5)]]);
  });

  test('of before the last position moves nothing back', async () => {
    await open();
    hub.deliver(9, 8);
    await acked(9);
    deliverState([4], 5);
    await acked(5);
    hub.deliver(9, 8);
    hub.deliver(10, 9);
    await acked(10);
    assert.deepEqual([page.bodies, hub.of('Resume')], [[9, 10], []]);
  });

  test('is handled again after a resume from the start', async () => {
    await open();
    deliverState([1], 3);
    hub.deliver(4, 3);
    await page.shows(2);
    await page.client.resume(BOB, at(0));
    deliverState([1], 0);
    hub.call('Gap', BOB, at(0), at(4), 'retention');
    hub.deliver(4, 3);
    await page.shows(5);
    assert.deepEqual(page.bodies, [1, 4, 1, 'gap 0 4', 4]);
  });

  test('is not handled further where the app goes on elsewhere', async () => {
    let go;
    await open({ show: ({ body }) => body === 1 ? new Promise(resolve => { go = resolve; }) : undefined });
    deliverState([1, 2], 3);
    await eventually('the first one is being handled', () => go);
    const resumed = page.client.resume(BOB, at(7));
    go();
    await resumed;
    hub.deliver(8, 7);
    await page.shows(2);
    assert.deepEqual([page.bodies, page.stateCompletes], [[1, 8], []]);
  });

  test('that was dropped for a resume that is refused comes again from the start', async () => {
    let go;
    hub.answer = (target, _, after) => {
      if (target === 'Resume' && after === at(99)) throw new Error('[wsmq 4002 position-beyond-tail final] no such position');
      return null;
    };
    await open({ show: ({ body }) => body === 1 && !go ? new Promise(resolve => { go = resolve; }) : undefined });
    deliverState([1, 2], 3);
    hub.deliver(4, 3);
    await eventually('the first one is being handled', () => go);
    await assert.rejects(page.client.resume(BOB, at(99)), { code: 'position-beyond-tail' });
    go();
    await called('Resume', 2);
    assert.deepEqual(hub.of('Resume').at(-1), [BOB, at(0)]);
    deliverState([1, 2], 0);
    hub.call('Gap', BOB, at(0), at(4), 'retention');
    hub.deliver(4, 3);
    await page.shows(5);
    assert.deepEqual([page.bodies, page.errors], [[1, 1, 2, 'gap 0 4', 4], []]);
  });

  test('after missing messages waits for the gap that these are', async () => {
    await open();
    hub.deliver(1, 0);
    await page.shows(1);
    deliverState([4], 5);
    hub.deliver(6, 5);
    await called('Resume', 1);
    hub.call('Gap', BOB, at(1), at(6), 'not-a-member');
    hub.deliver(6, 5);
    await page.shows(4);
    assert.deepEqual([page.bodies, hub.of('Resume')], [[1, 4, 'gap 1 6', 6], [[BOB, at(1)]]]);
  });

  test('after missing messages that are delivered is dropped: it comes again in its place', async () => {
    await open();
    hub.deliver(1, 0);
    await page.shows(1);
    deliverState([4, 7], 3);
    await called('Resume', 1);
    for (const n of [2, 3]) hub.deliver(n, n - 1);
    deliverState([4], 3);
    hub.call('Gap', BOB, at(3), at(9), 'retention');
    await page.shows(5);
    assert.deepEqual(page.bodies, [1, 2, 3, 4, 'gap 3 9']);
    await acked(8);
  });

  test('that a snapshot has is not handled', async () => {
    hub.connected = () => deliverState([2, 4], 3);
    await open({ before: () => page.client.snapshot(BOB, async () => at(5)) });
    await called('Resume', 1);
    deliverState([2, 5], 3);
    hub.deliver(6, 5);
    await page.shows(1);
    await acked(6);
    assert.deepEqual([page.bodies, hub.of('Resume')], [[6], [[BOB, at(5)]]]);
  });

  test('whose handler fails is tried again, without a report to the hub', async () => {
    let fails = 2;
    await open({ show: ({ body }) => { if (body === 2 && fails-- > 0) throw new Error('not rendered'); } });
    deliverState([1, 2, 3], 3);
    await acked(3);
    assert.deepEqual([page.bodies, page.errors.length, hub.of('Nack')], [[1, 2, 3], 2, []]);
  });

  test('that can never be handled is given up after 20 attempts, and what follows is handled', async () => {
    await open({ show: ({ body }) => { if (body === 2) throw new Error('never'); } });
    deliverState([1, 2, 3], 3);
    hub.deliver(4, 3);
    await acked(4);
    assert.deepEqual([page.bodies, page.errors.length, hub.of('Nack')], [[1, 3, 4], 20, []]);
  });

  test('of a type without a handler is given up at once', async () => {
    const seen = [];
    await open({ show: null, before: () => page.client.on('known', ({ body }) => { seen.push(body); }) });
    deliverState([1], 1);
    hub.deliver(2, 1, { type: 'known' });
    await acked(2);
    assert.deepEqual([seen, page.errors.length, hub.of('Nack')], [[2], 1, []]);
  });

  test('is handled to its end while its connection is lost', async () => {
    let go;
    await open({ show: ({ body }) => body === 1 ? new Promise(resolve => { go = resolve; }) : undefined });
    deliverState([1, 2], 3);
    await eventually('the first one is being handled', () => go);
    await reconnect();
    go();
    await acked(3);
    assert.deepEqual([page.bodies, hub.of('Resume')], [[1, 2], [[BOB, at(3)]]]);
  });

  test('removals are handled in order, and tried again as messages are', async () => {
    const removed = [];
    let fails = 1;
    await open({
      before: () => page.client.onStateRemoved(removal => {
        if (fails-- > 0) throw new Error('not removed');
        removed.push(removal);
      }),
    });
    hub.deliver(1, 0, { type: undefined, body: null, stateKey: 'a', removeState: true, sender: 'alice' });
    hub.deliver(2, 1);
    await acked(2);
    assert.deepEqual(removed, [{ source: BOB, key: 'a', position: at(1), sender: 'alice', sentAt: 1 }]);
    assert.deepEqual([page.bodies, page.errors.length, hub.of('Nack').length], [[2], 1, 1]);
    assert.throws(() => page.client.onStateRemoved(() => {}), /remove it first/);
  });

  test('removals without a handler count as handled, once there is any handler', async () => {
    await open({ show: null });
    hub.deliver(1, 0, { type: undefined, body: null, stateKey: 'a', removeState: true });
    hub.call('Live', { type: 'mark', body: 1 });
    await eventually('the call has arrived', () => page.live.length === 1);
    assert.deepEqual(hub.of('Ack'), []);
    page.client.on('test', () => {});
    await acked(1);
    assert.deepEqual(page.errors, []);
  });

  test('is sent with its key, and removed without a body', async () => {
    await open();
    hub.answer = (_, messages) => messages.map(({ id }, number) => ({ number, id, position: at(number + 1) }));
    const sent = page.send('user:x', 1, { id: 'one', stateKey: 'a', expectedTail: at(7) });
    const removed = page.client.removeState('user:x', 'b');
    assert.deepEqual([(await sent).position, (await removed).position], [at(1), at(2)]);
    const [[[one, { id, ...two }]]] = hub.of('SendMany');
    assert.deepEqual(one, { to: 'user:x', id: 'one', type: 'test', stateKey: 'a', expectedTail: at(7), body: 1 });
    assert.deepEqual(two, { to: 'user:x', stateKey: 'b', removeState: true });
    assert.match(id, /^[0-9a-f]{32}$/);
  });
});
