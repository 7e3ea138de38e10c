import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { requests } from '../dist/requests.js';
import { work } from '../dist/work.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Page } from '../support/pages.js';
import { at, ScriptedHub } from '../support/scripted-hub.js';

// Days: what fails before was not a time-out.
const options = { timeout: 1_000_000_000 };
const REVOKED = '[wsmq 1006 revoked final] revoked';

describe('requests with a scripted hub', () => {
  let hub;
  let page;
  beforeEach(async () => {
    hub = await ScriptedHub.start();
    page = new Page(hub.hub, 'token');
  });
  afterEach(async () => {
    await page.stop();
    await hub.stop();
  });

  const ask = () => requests(page.client).request('user:bob', 'a', 1, options);
  const called = (target, count = 1) => eventually(`${target} is called`, () => hub.of(target).length === count);
  const job = (n, type) => ({
    token: `t${n}`, lease: 3_600_000, attempt: 1, lostLeases: 0, due: 1,
    message: { source: 'work:thumbs', position: at(n), id: `m${n}`, sentAt: 1, type, body: n, headers: { 'wsmq-request': `r${n}` } },
  });

  test('calls of requests for one client return the same, with one answer to each request and each job', async () => {
    const handled = [];
    const add = (type, more) => requests(page.client).onRequest(type, ({ body }) => { handled.push(body); }, more);
    for (const type of ['a', 'b']) {
      add(type);
      add(type, { at: 'work:thumbs' });
    }

    assert.equal(requests(page.client), requests(page.client));
    assert.throws(() => add('a'), /already/);
    assert.throws(() => add('a', { at: 'work:thumbs' }), /already/);
    await page.client.start();
    assert.equal(hub.of('Work').length <= 1 && hub.of('Respond').length <= 1, true);
    for (const [i, type] of ['a', 'b'].entries()) {
      hub.call('Request', { id: `q${i}`, to: 'user:bob', type, body: 10 + i });
      hub.call('Job', job(i + 1, type));
    }

    await called('Reply', 2);
    await called('CompleteWith', 2);
    assert.deepEqual(handled.sort((a, b) => a - b), [1, 2, 10, 11]);
    assert.deepEqual([hub.of('RefuseRequest'), hub.of('Work').length, hub.of('Respond').length], [[], 1, 1]);
  });

  test('a queue has one worker of a client', () => {
    const { onRequest } = requests(page.client);
    const respond = at => onRequest('a', () => null, { at });
    work(page.client, 'work:one', () => {});
    assert.throws(() => work(page.client, 'work:one', () => {}), /works on work:one already/);
    for (let i = 0; i < 2; i++) assert.throws(() => respond('work:one'), /works on work:one already/);
    respond('work:two');
    assert.throws(() => work(page.client, 'work:two', () => {}), /works on work:two already/);
    assert.throws(() => work(page.client, 'work:three', () => {}, { concurrency: 0 }), RangeError);
    work(page.client, 'work:three', () => {});
    const other = new Page(hub.hub, 'token');
    work(other.client, 'work:one', () => {});
  });

  test('a reply that the server refuses for what is in it becomes a refusal, and the job ends', async () => {
    requests(page.client).onRequest('a', () => 'reply', { at: 'work:thumbs' });
    hub.answer = target => {
      if (target === 'CompleteWith') throw new Error('[wsmq 2007 message-too-large final] too large');
      return null;
    };
    await page.client.start();
    hub.call('Job', job(1, 'a'));
    await called('RefuseJob');
    assert.deepEqual(hub.of('RefuseJob'), [['work:thumbs', at(1), 't1', 'r1', 'invalid-reply', null]]);
    assert.deepEqual(page.errors.map(({ code }) => code), ['message-too-large']);
  });

  test('a stop does not wait for a server that refuses to hear of it', async () => {
    work(page.client, 'work:one', () => {}, { stopTimeout: 50 });
    await page.client.start();
    await called('Work');
    hub.answer = target => {
      if (target === 'Work') throw new Error('[wsmq 5001 store-unavailable retry] [retry-after 1000000000] much later');
      return null;
    };
    await page.stop();
    assert.deepEqual(hub.of('Work'), [['work:one', 4], ['work:one', 0]]);
  });

  test('a request that waits for a connection fails at once when the client stops', async () => {
    const refused = [];
    hub.isDown = true;
    const asked = ask().catch(({ code }) => refused.push(code));
    page.client.start().catch(() => {});
    await eventually('an attempt has failed', () => page.states.some(({ retryIn }) => retryIn));
    const again = ask().catch(({ code }) => refused.push(code));
    await page.stop();
    await Promise.all([asked, again]);
    await assert.rejects(ask(), { code: 'client-closed' });
    assert.deepEqual(refused, ['client-closed', 'client-closed']);

    hub.isDown = false;
    hub.answer = () => ({ body: 1 });
    await page.client.start();
    assert.equal((await ask()).body, 1);
  });

  test('a request that waits for a connection fails with the reason for which there will be none', async () => {
    requests(page.client);
    await page.client.start();
    let asked;
    page.client.listen('state', ({ state }) => { if (state === 'reconnecting') asked ??= assert.rejects(ask(), { code: 'revoked' }); });
    hub.connected = () => hub.close(REVOKED);
    hub.connections.at(-1).terminate();
    await page.is('stopped');
    await asked;
    await assert.rejects(ask(), { code: 'revoked' });
  });

  test('a stop waits for the answers of what is in flight', async () => {
    const answers = [];
    requests(page.client);
    await page.client.start();
    hub.answer = () => new Promise(resolve => answers.push(resolve));
    const [asked, history] = [ask(), page.client.historyPage('user:bob')];
    await eventually('they are in flight', () => answers.length === 2);
    hub.answer = () => null;
    const stopped = page.stop();
    await assert.rejects(page.client.historyPage('user:bob'), { code: 'client-closed' });
    answers[0]({ body: 'late' });
    answers[1]({ entries: [] });
    assert.equal((await asked).body, 'late');
    await history;
    await stopped;
  });

  test('a stop waits no longer than stopTimeout, and a lost connection leaves the outcome open', async () => {
    const brief = new Page(hub.hub, 'token', { stopTimeout: 50 });
    const { request } = requests(brief.client);
    await brief.client.start();
    hub.answer = target => target === 'Request' ? new Promise(() => {}) : null;
    const lost = request('user:bob', 'a', 1, options);
    await called('Request');
    hub.connections.at(-1).terminate();
    await assert.rejects(lost, { code: 'outcome-unknown' });
    await brief.is('connected');
    const open = assert.rejects(request('user:bob', 'a', 1, options), { code: 'outcome-unknown' });
    await called('Request', 2);
    await brief.stop();
    await open;
  });
});
