import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { history } from '../support/cases/history.js';
import { Page, Setting } from '../support/pages.js';
import { at, ScriptedHub } from '../support/scripted-hub.js';

history(Setting);

describe('history from a scripted hub', () => {
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

  const entry = n => ({ source: 'user:bob', position: at(n), previous: at(n - 1), id: `m${n}`, sentAt: 1, type: 'test', body: n });
  const pageOf = (next, ...entries) => ({ entries: entries.map(entry), next: next && at(next), tail: at(99) });

  test('a page is read when it is needed, and again after a lost connection and a temporary refusal', async () => {
    const answers = [
      () => pageOf(7, 1, 2),
      () => { hub.connections.at(-1).terminate(); return new Promise(() => {}); },
      () => { throw new Error('[wsmq 4006 too-many-resumes retry] [retry-after 1] later'); },
      () => pageOf(9),
      () => pageOf(null, 3),
    ];
    hub.answer = () => answers.shift()();
    await page.client.start();
    const bodies = [];
    for await (const { body } of page.client.history('user:bob', { max: 2 })) {
      bodies.push(body);
      if (body === 2) assert.equal(hub.of('History').length, 1);
    }

    assert.deepEqual(bodies, [1, 2, 3]);
    assert.deepEqual(hub.of('History').map(([source, query]) => [source, query.after]),
      [undefined, at(7), at(7), at(7), at(9)].map(after => ['user:bob', after]));
  });

  test('with the newest first the next page is before the last one, and leaving the loop reads no more', async () => {
    hub.answer = () => pageOf(7, 9, 8);
    await page.client.start();
    let count = 0;
    for await (const _ of page.client.history('user:bob', { newest: true })) if (++count === 3) break;
    assert.deepEqual(hub.of('History').map(([, query]) => query), [{ newest: true }, { newest: true, before: at(7) }]);
  });

  test('it waits for the start, and a signal ends the wait', async () => {
    hub.answer = () => pageOf(null, 1);
    const waiting = page.client.historyPage('user:bob');
    const cancelled = page.client.historyPage('user:bob', {}, { signal: AbortSignal.abort() });
    await assert.rejects(cancelled, { name: 'AbortError' });
    await page.client.start();
    assert.equal((await waiting).entries[0].body, 1);
  });
});
