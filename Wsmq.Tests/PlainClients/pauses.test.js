import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keepConnected } from '../../samples/JavaScript/wsmq.js';
import { eventually } from './support/eventually.js';

const GROUP = 'group:ops';
const OWN = 'user:bob';
const at = position => String(position).padStart(16, '0');
const delivery = (source, position) => ({ source, position: at(position), previous: at(position - 1), body: `${source} ${position}` });

/** Replaces SignalR's connection: the test determines what is received, and when the connection closes. */
class Connection {
  state = 'Connected';
  sent = [];
  #handlers = new Map();
  #closed;

  constructor(refusal) {
    this.start = async () => { if (refusal) { this.state = 'Disconnected'; throw refusal; } };
  }

  on(name, handler) {
    this.#handlers.set(name, handler);
  }

  onclose(handler) {
    this.#closed = handler;
  }

  receive(name, ...values) {
    this.#handlers.get(name)(...values);
  }

  async invoke(...call) {
    this.sent.push(call);
    if (this.state !== 'Connected') throw new Error('Cannot send data if the connection is not in the \'Connected\' State.');
    if (call[0] === 'Send') throw new Error('[wsmq 5001 store-unavailable retry] The store is unavailable.');
  }

  async send(...call) {
    this.sent.push(call);
  }

  async stop() {
    this.close();
  }

  close(error) {
    this.state = 'Disconnected';
    return this.#closed(error);
  }
}

describe('the sample client, with pauses that never elapse', () => {
  const POLL = 5;                          // the polling interval of eventually, which does elapse
  const wait = globalThis.setTimeout;

  function page(t, { show = () => {}, refusal } = {}) {
    t.mock.method(globalThis, 'setTimeout', (step, ms) => ms === POLL ? wait(step, ms) : undefined);
    t.mock.method(console, 'error', () => {});
    const seen = { shown: [], ended: [] };
    const connection = new Connection(refusal);
    const client = keepConnected(connection, {
      handle: async m => { await show(m); seen.shown.push(m.body); },
      missing: () => {},
      ended: e => seen.ended.push(e.message),
    });
    return { ...seen, client, connection };
  }

  const called = (page, ...call) => eventually(
    () => `${call} is called; so far ${JSON.stringify(page.connection.sent)}`, () => page.connection.sent.some(c => `${c}` === `${call}`));

  test("shows the user's own queue while a message of a group waits for its next attempt", async t => {
    const web = page(t, { show: m => { if (m.source === GROUP) throw new Error('never'); } });
    web.connection.receive('Receive', delivery(GROUP, 1));
    await called(web, 'Nack', GROUP, at(1), 'Error');
    web.connection.receive('Receive', delivery(OWN, 1));
    await called(web, 'Ack', OWN, at(1));
    assert.deepEqual(web.shown, [`${OWN} 1`]);
    await web.client.stop();
  });

  test('keeps the order within a source while a message is being shown', async t => {
    let finish;
    const first = new Promise(resolve => { finish = resolve; });
    const web = page(t, { show: m => m.position === at(1) && m.source === GROUP ? first : undefined });
    for (const source of [GROUP, OWN]) for (const n of [1, 2]) web.connection.receive('Receive', delivery(source, n));
    await called(web, 'Ack', OWN, at(2));
    assert.deepEqual(web.shown, [`${OWN} 1`, `${OWN} 2`]);
    finish();
    await called(web, 'Ack', GROUP, at(2));
    assert.deepEqual(web.shown.slice(2), [`${GROUP} 1`, `${GROUP} 2`]);
    await web.client.stop();
  });

  test('continues at once when the server dead-letters a message during its pause', async t => {
    const web = page(t, { show: m => { if (m.position === at(1)) throw new Error('never'); } });
    for (const n of [1, 2]) web.connection.receive('Receive', delivery(GROUP, n));
    await called(web, 'Nack', GROUP, at(1), 'Error');
    await new Promise(setImmediate);
    web.connection.receive('DeadLettered', GROUP, at(1), 20);
    await called(web, 'Ack', GROUP, at(2));
    assert.deepEqual(web.shown, [`${GROUP} 2`]);
    await web.client.stop();
  });

  test('rejects every send at once when the server has refused the user with a final error', async t => {
    const web = page(t, { refusal: new Error('[wsmq 1007 banned final] The user is banned.') });
    const sends = [1, 2, 3].map(n => web.client.send(OWN, 'chat', n));
    for (const send of sends) await assert.rejects(send, /1007 banned/);
    await assert.rejects(web.client.send(OWN, 'chat', 4), /1007 banned/);
    assert.equal(web.ended.length, 1);
  });

  test('rejects the send that waits for its next attempt, and those after it, when the connection closes with a final error', async t => {
    const web = page(t);
    const sends = [1, 2, 3].map(n => web.client.send(OWN, 'chat', n));
    const rejected = Promise.all(sends.map(send => assert.rejects(send, /1006 revoked/)));
    await eventually('the first send is refused with a retryable error', () => web.connection.sent.length === 1);
    await new Promise(setImmediate);
    web.connection.close(new Error('[wsmq 1006 revoked final] The token was revoked.'));
    await rejected;
    assert.equal(web.connection.sent.length, 4);
  });

  test('stops during the pause of a message and of a send', async t => {
    const web = page(t, { show: () => { throw new Error('never'); } });
    web.connection.receive('Receive', delivery(GROUP, 1));
    const send = assert.rejects(web.client.send(OWN, 'chat', 1));
    await called(web, 'Nack', GROUP, at(1), 'Error');
    await new Promise(setImmediate);
    await Promise.all([web.client.stop(), send]);
  });
});
