import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { tracking } from '../dist/tracking.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Page } from '../support/pages.js';
import { at, ScriptedHub } from '../support/scripted-hub.js';

const receipt = { id: 'a', position: at(1), duplicate: false };
const status = state => ({ to: 'user:bea', id: 'a', position: at(1), state, storedAt: 1, delivered: 0, acknowledged: 0, deadLettered: 0 });

describe('tracked messages with a scripted hub', () => {
  let hub;
  let page;
  let sent;
  beforeEach(async () => {
    hub = await ScriptedHub.start();
    page = new Page(hub.hub, 'token', { sendTimeout: 100 });
    sent = tracking(page.client);
    hub.answer = () => status('stored');
    await page.client.start();
  });
  afterEach(async () => {
    await page.stop();
    await hub.stop();
  });

  const asked = count => eventually(`it has asked ${count} times`, () => hub.of('MessageStatus').length === count);

  /** It has ended already, and is not a wait for the next time that the client asks. */
  const ended = async waiting => assert.equal(await Promise.race([waiting.then(() => true), new Promise(setImmediate)]), true);

  test('a wait goes on over an outage that is longer than sendTimeout', async () => {
    hub.isDown = true;
    hub.connections.at(-1).terminate();
    await page.is('reconnecting');
    const waiting = sent.waitFor('user:bea', receipt, 'acknowledged');
    await assert.rejects(sent.status('user:bea', receipt), { code: 'client-closed' });
    hub.answer = () => status('acknowledged');
    hub.isDown = false;
    assert.equal((await waiting).state, 'acknowledged');
  });

  test('a stop ends a wait at once, also during an outage', async () => {
    const waiting = assert.rejects(sent.waitFor('user:bea', receipt, 'acknowledged'), { code: 'client-closed' });
    await asked(1);
    hub.isDown = true;
    hub.connections.at(-1).terminate();
    await page.is('reconnecting');
    const late = assert.rejects(sent.waitFor('user:bea', receipt, 'delivered'), { code: 'client-closed' });
    await page.stop();
    await Promise.all([ended(waiting), ended(late)]);
  });

  test('a stop while it is connected ends a wait at once', async () => {
    const waiting = assert.rejects(sent.waitFor('user:bea', receipt, 'acknowledged'), { code: 'client-closed' });
    await asked(1);
    await page.stop();
    await ended(waiting);
  });

  test('a wait ends with the reason for which the client does not connect again', async () => {
    const waiting = assert.rejects(sent.waitFor('user:bea', receipt, 'acknowledged'), { code: 'revoked' });
    await asked(1);
    hub.close('[wsmq 1006 revoked final] revoked');
    await page.is('stopped');
    await ended(waiting);
  });

  test('a message without a status is waited for only until it is due', async () => {
    hub.answer = () => null;
    const repeated = { id: 'a', position: '', duplicate: true };
    await assert.rejects(sent.waitFor('user:bea', repeated, 'delivered'), { code: 'invalid-message' });
    await assert.rejects(sent.waitFor('user:bea', { ...repeated, dueAt: Date.now() - 3_600_000 }, 'delivered'), { code: 'invalid-message' });

    const waiting = sent.waitFor('user:bea', { ...repeated, dueAt: Date.now() + 3_600_000 }, 'delivered');
    await asked(3);
    hub.answer = () => status('delivered');
    hub.call('StatusChanged', [status('delivered')]);
    assert.equal((await waiting).state, 'delivered');
    assert.deepEqual(hub.of('MessageStatus').at(-1), ['user:bea', null, 'a']);
  });

  test('a state that the client does not know counts as stored', async () => {
    hub.answer = () => status('read-aloud');
    const waiting = sent.waitFor('user:bea', receipt, 'delivered');
    await asked(1);
    hub.answer = () => status('delivered');
    hub.call('StatusChanged', [status('delivered')]);
    assert.equal((await waiting).state, 'delivered');
  });
});
