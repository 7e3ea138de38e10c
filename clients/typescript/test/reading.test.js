import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { reading } from '../dist/reading.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { readings } from '../support/cases/reading.js';
import { Page, Setting } from '../support/pages.js';
import { ScriptedHub } from '../support/scripted-hub.js';

readings(Setting);

describe('filters with a scripted hub', () => {
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

  const calls = () => hub.calls.filter(({ target }) => /Filter|Reading/.test(target)).map(call => [call.target, ...call.arguments]);

  test('they are set before anything is delivered, again after a temporary refusal and on each connection', async () => {
    let refusals = 1;
    hub.answer = target => {
      if (target === 'SetFilter' && refusals-- > 0) throw new Error('[wsmq 4006 too-many-resumes retry] [retry-after 1] later');
      return null;
    };
    await reading(page.client).setFilter('user:bob', { types: ['a'] });
    await reading(page.client).pause('group:ops');
    await page.client.start();
    const begun = [['SetFilter', 'user:bob', { types: ['a'] }], ['PauseReading', 'group:ops'], ['BeginReading']];
    await eventually('reading has begun', () => calls().length === 4);
    assert.deepEqual(calls(), [begun[0], ...begun]);

    hub.connections.at(-1).terminate();
    await eventually('reading has begun again', () => calls().length === 7);
    assert.deepEqual(calls().slice(4), begun);

    await reading(page.client).setFilter('user:bob', null);
    await reading(page.client).resume('group:ops');
    hub.connections.at(-1).terminate();
    await eventually('reading has begun once more', () => calls().length === 10);
    assert.deepEqual(calls().slice(7), [['SetFilter', 'user:bob', null], ['ResumeReading', 'group:ops'], ['BeginReading']]);
  });

  test('what is set during an attempt to connect is set on that connection, before anything is delivered', async () => {
    const chosen = reading(page.client);
    let set;

    // The client has asked for the connection, and does not know yet that it is accepted.
    hub.connected = () => { set ??= Promise.all([chosen.setFilter('user:bob', { types: ['a'] }), chosen.pause('group:ops')]); };
    await page.client.start();
    await set;
    await eventually('reading has begun', () => calls().length === 3);
    assert.deepEqual(calls(), [['SetFilter', 'user:bob', { types: ['a'] }], ['PauseReading', 'group:ops'], ['BeginReading']]);
    assert.deepEqual(hub.queries.map(query => query.get('hold')), ['true']);
  });

  test('a wait for a next attempt ends with its connection', async () => {
    const chosen = reading(page.client);
    await page.client.start();
    await eventually('reading has begun', () => calls().length === 1);
    hub.answer = () => { throw new Error('[wsmq 4006 too-many-resumes retry] [retry-after 1000000000] much later'); };
    const set = chosen.setFilter('user:bob', { types: ['a'] });
    await eventually('it is refused', () => calls().length === 2);
    hub.answer = () => null;
    hub.connections.at(-1).terminate();
    await set;
    await eventually('reading has begun again', () => calls().length === 4);
    assert.deepEqual(calls().slice(2), [['SetFilter', 'user:bob', { types: ['a'] }], ['BeginReading']]);
  });

  test('a pause that is refused leaves one that was set after it', async () => {
    const chosen = reading(page.client);
    await page.client.start();
    await eventually('reading has begun', () => calls().length === 1);
    let refuse;
    hub.answer = () => new Promise((_, reject) => { refuse = () => reject(new Error('[wsmq 3002 read-not-allowed final] not a member')); });
    const first = assert.rejects(chosen.pause('group:ops'), { code: 'read-not-allowed' });
    await eventually('it is asked for', () => refuse !== undefined);
    hub.answer = () => null;
    const others = [chosen.resume('group:ops'), chosen.pause('group:ops')];
    refuse();
    await Promise.all([first, ...others]);
    assert.deepEqual(calls().slice(1), Array(3).fill(['PauseReading', 'group:ops']));
  });

  test('one for all sources is set on each connection as well', async () => {
    hub.answer = () => null;
    await reading(page.client).setFilter('*', { headers: { area: 'n' } });
    await page.client.start();
    await eventually('reading has begun', () => calls().length === 2);
    assert.deepEqual(calls(), [['SetFilter', '*', { headers: { area: 'n' } }], ['BeginReading']]);
  });

  test('a refused filter is reported, and the others hold', async () => {
    hub.answer = (target, source) => {
      if (source === 'user:bob') throw new Error('[wsmq 4020 too-many-filters final] too many');
      return null;
    };
    await reading(page.client).setFilter('user:bob', { types: ['a'] });
    await reading(page.client).setFilter('group:ops', { types: ['a'] });
    await page.client.start();
    await eventually('reading has begun', () => calls().length === 3);
    assert.deepEqual(page.errors.map(({ code }) => code), ['too-many-filters']);
    await assert.rejects(reading(page.client).pause('user:bob'), { code: 'too-many-filters' });
  });
});
