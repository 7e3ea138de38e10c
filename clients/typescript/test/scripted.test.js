import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Page } from '../support/pages.js';
import { outbox } from '../dist/outbox.js';
import { at, ScriptedHub } from '../support/scripted-hub.js';

const stored = messages => messages.map(({ id }, number) => ({ number, id, position: at(number + 1) }));
const never = new Promise(() => {});

describe('a scripted hub', () => {
  let hub;
  let page;
  beforeEach(async () => {
    hub = await ScriptedHub.start();
    page = new Page(hub.hub, 'token');
    await page.client.start();
  });
  afterEach(async () => {
    await page.stop();
    await hub.stop();
  });

  const called = (target, count) =>
    eventually(() => `${count} calls of ${target}; so far ${hub.of(target).length}`, () => hub.of(target).length >= count);

  test('live pushes are handled one after another, and not acknowledged', async () => {
    let [open, most] = [0, 0];
    const seen = [];
    page.client.onLive('progress', async push => {
      most = Math.max(most, ++open);
      await new Promise(setImmediate);
      seen.push(push.body);
      open--;
    });
    for (const body of [1, 2, 3]) hub.call('Live', { type: 'progress', body });
    hub.call('Live', { type: 'photo', data: 'AQID', contentType: 'image/png' });
    await eventually('the last one is handled', () => page.live.length === 1);
    assert.deepEqual([seen, most, page.live[0].body, page.live[0].contentType], [[1, 2, 3], 1, Uint8Array.of(1, 2, 3), 'image/png']);
    assert.deepEqual(hub.calls, []);
  });

  test('deliveries that do not follow are dropped until the missing ones have come', async () => {
    let resumed;
    hub.answer = target => target === 'Resume' ? new Promise(resolve => { resumed = resolve; }) : null;
    hub.deliver(1, 0);
    hub.deliver(3, 2);
    hub.deliver(4, 3);
    await called('Resume', 1);
    assert.deepEqual(hub.of('Resume'), [['user:bob', at(1)]]);
    for (const n of [2, 3, 4, 5]) hub.deliver(n, n - 1);
    resumed(null);
    await page.shows(5);
    assert.deepEqual(page.bodies, [1, 2, 3, 4, 5]);
    await eventually('the last one is acknowledged', () => hub.of('Ack').at(-1)?.[1] === at(5));
    assert.equal(hub.of('Resume').length, 1);
  });

  test('messages that the server cannot deliver after three requests are a gap', async () => {
    hub.deliver(1, 0);
    await eventually('the client goes on without them', () => {
      hub.deliver(9, 8);
      return page.received.length === 2;
    });
    assert.deepEqual([page.bodies, hub.of('Resume').length], [[1, 9], 3]);
    assert.deepEqual(page.gaps, [{ source: 'user:bob', after: at(1), before: at(9), reason: 'lost' }]);
  });

  test('an announced gap needs no request, and is acknowledged', async () => {
    hub.deliver(1, 0);
    hub.call('Gap', 'user:bob', at(1), at(5), 'retention');
    hub.deliver(7, 4);
    await page.shows(2);
    assert.deepEqual([page.bodies, page.gaps.length, hub.of('Resume')], [[1, 7], 1, []]);
  });

  for (const kept of [false, true]) {
    test(`a stop waits for a listener of gaps, and the next start handles messages${kept ? ', with a snapshot' : ''}`, async () => {
      let [begun, loads] = [false, 0];
      let go;
      page.client.listen('gap', () => {
        begun = true;
        return new Promise(resolve => { go = resolve; });
      });
      if (kept) page.client.snapshot('user:bob', async () => at(++loads));
      if (kept) await called('Ack', 1);
      hub.call('Gap', 'user:bob', at(1), at(5), 'retention');
      await eventually('the listener runs', () => begun);
      const stopped = page.client.stop();

      // Until the stop waits for it: nothing is in flight, so that it comes there without a timer.
      await new Promise(setImmediate);
      go();
      await stopped;
      await page.client.start();
      if (kept) await called('Resume', 2);
      hub.deliver(3, 2);
      await page.shows(1);
      assert.deepEqual([page.bodies, loads], [[3], kept ? 2 : 0]);
    });
  }

  test('a repeated delivery is acknowledged again, and not handled', async () => {
    hub.deliver(1, 0);
    await called('Ack', 1);
    await eventually('the ack is repeated', () => {
      hub.deliver(1, 0);
      return hub.of('Ack').length > 1;
    });
    assert.deepEqual([page.bodies, hub.of('Ack').at(-1)], [[1], ['user:bob', at(1)]]);
  });

  test('sends that are refused for a time are repeated with their ids, in order and before new ones', async () => {
    let refusals = 1;
    const results = [];
    hub.answer = (target, messages) => {
      results.push(messages.map(({ body }) => body));
      const refused = refusals-- > 0;
      return messages.map((message, number) => refused && message.body > 1
        ? { number, id: message.id, error: '[wsmq 5002 server-busy retry] later', retryAfter: 20 }
        : { number, id: message.id, position: at(message.body) });
    };
    const first = [1, 2, 3].map(n => page.send('user:x', n));
    await called('SendMany', 1);
    await first[0];
    const receipts = await Promise.all([...first, page.send('user:x', 4)]);
    assert.deepEqual(receipts.map(({ position }) => position), [1, 2, 3, 4].map(at));
    assert.deepEqual(results, [[1, 2, 3], [2, 3, 4]]);
    const [[one], [two]] = hub.of('SendMany');
    assert.deepEqual(one.slice(1).map(({ id }) => id), two.slice(0, 2).map(({ id }) => id));
  });

  test('an answer without a code leaves the outcome unknown', async () => {
    hub.answer = () => { throw new Error("Failed to invoke 'SendMany' due to an error on the server."); };
    await assert.rejects(page.send('user:x', 1), { number: 6001, code: 'outcome-unknown' });
  });

  test('a revoked token ends the client: it does not connect again, and every send says why', async () => {
    hub.answer = () => never;
    const sent = page.send('user:x', 1);
    await called('SendMany', 1);
    hub.close('[wsmq 1006 revoked final] The token was revoked.');
    await assert.rejects(sent, { code: 'outcome-unknown' });
    await page.is('stopped');
    await assert.rejects(page.send('user:x', 2), { number: 1006, code: 'revoked' });
    assert.deepEqual([page.states.at(-1).error.code, hub.connections.length], ['revoked', 1]);
  });

  test('a revoked token fails what waits in an outbox', async t => {
    const other = new Page(hub.hub, 'token', { outbox: outbox({ user: 'alice' }) });
    t.after(() => other.stop());
    hub.answer = target => target === 'SendMany' ? never : null;
    await other.client.start();
    const sent = [other.send('user:x', 1), other.send('user:x', 2)];
    await called('SendMany', 1);
    assert.equal(hub.of('SendMany')[0][0].length, 1, 'messages to one address leave one after another');
    hub.close('[wsmq 1006 revoked final] The token was revoked.');
    await assert.rejects(sent[0], { code: 'outcome-unknown' }, 'it was sent');
    await assert.rejects(sent[1], { code: 'revoked' });
    await other.is('stopped');
    await assert.rejects(other.send('user:x', 3).queued, { code: 'revoked' });
    assert.equal(await other.client.pending(), 0);
  });

  test('a request to reconnect is followed once the answers have come', async () => {
    let answer;
    hub.answer = (target, messages) => new Promise(resolve => { answer = () => resolve(stored(messages)); });
    const sent = page.send('user:x', 1);
    await called('SendMany', 1);
    hub.call('Reconnect', 10);
    setTimeout(() => answer(), 50);
    await sent;
    await eventually('it has connected again', () => hub.connections.length === 2 && page.client.state === 'connected');
    assert.equal(hub.of('SendMany').length, 1, 'nothing is repeated');
  });

  test('a wait that the server asks for is kept', async () => {
    hub.close('[wsmq 1005 too-many-connections retry] [retry-after 150] later');
    await eventually('it waits', () => page.states.at(-1).retryIn);
    assert.ok(page.states.at(-1).retryIn >= 150);
    await page.is('connected');
  });
});
