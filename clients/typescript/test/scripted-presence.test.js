import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Lost } from '../dist/connection/session.js';
import { HubPresence } from '../dist/presence/hub-presence.js';
import { presence } from '../dist/presence.js';
import { Page } from '../support/pages.js';
import { ScriptedHub } from '../support/scripted-hub.js';

const address = 'group:ops';
const here = user => ({ user, status: 'online', devices: [{ device: 'web', since: 1, status: 'online' }] });
const state = (version, ...users) => ({ address, version, online: users.length, away: 0, members: users.map(here) });
const change = (version, user) => ({
  address, version, online: 2, away: 0, changes: [{ before: { user, status: 'offline', devices: [] }, after: here(user) }],
});

describe('presence with a scripted server', () => {
  let hub;
  let page;
  let people;
  let seen;
  beforeEach(async () => {
    hub = await ScriptedHub.start();
    page = new Page(hub.hub, 'token');
    people = presence(page.client);
    seen = [];
  });
  afterEach(async () => {
    await page.stop();
    await hub.stop();
  });

  const watch = () => people.watch(address, {
    onSync: ({ members }) => seen.push(`all ${members.map(({ user }) => user)}`),
    onChange: changes => seen.push(changes.map(({ after }) => `${after.user} ${after.status}`).join(', ')),
    onError: ({ code }) => seen.push(code),
  });
  const sees = (...lines) => eventually(() => `${lines} are seen; so far ${seen}`, () => seen.length >= lines.length)
    .then(() => assert.deepEqual(seen, lines));

  test('changes that overtake the answer follow it, and old versions are dropped', async () => {
    hub.answer = target => {
      if (target !== 'WatchPresence') return null;
      hub.call('Presence', change(4, 'old'));
      hub.call('Presence', change(6, 'ann'));
      return state(5, 'ben');
    };
    watch();
    await page.client.start();
    await sees('all ann,ben');
    hub.call('Presence', change(6, 'again'));
    hub.call('Presence', change(7, 'cid'));
    await sees('all ann,ben', 'cid online');
  });

  test('a missing version is watched again, and only differences are told', async () => {
    let calls = 0;
    hub.answer = target => target === 'WatchPresence' ? (++calls === 1 ? state(1, 'ann') : state(9, 'ben')) : null;
    const ops = watch();
    await page.client.start();
    await sees('all ann');
    hub.call('Presence', change(3, 'cid'));
    await sees('all ann', 'ben online, ann offline');
    assert.deepEqual([calls, ops.state.version], [2, 9]);
  });

  test('counts leave no list, and a whole replaces it', async () => {
    hub.answer = target => target === 'WatchPresence' ? state(1, 'ann') : null;
    const ops = watch();
    await page.client.start();
    await sees('all ann');
    hub.call('Presence', { address, version: 2, online: 300, away: 1 });
    await sees('all ann', '');
    assert.deepEqual([ops.state.members, ops.state.online], [undefined, 300]);
    hub.call('Presence', { ...state(7, 'ben') });
    await sees('all ann', '', 'ben online');
  });

  test('a temporary refusal is tried again; a watch ends once, and by the server', async () => {
    let calls = 0;
    hub.answer = target => {
      if (target !== 'WatchPresence') return null;
      if (++calls < 3) throw new Error('[wsmq 4006 too-many-resumes retry] slowly');
      return state(1, 'ann');
    };
    const [first, second] = [watch(), watch()];
    await page.client.start();
    await sees('all ann', 'all ann');
    hub.call('Presence', { address, version: 2, online: 0, away: 0, error: '[wsmq 3009 presence-not-allowed final] no' });
    await sees('all ann', 'all ann', 'presence-not-allowed', 'presence-not-allowed');
    first.stop();
    first.stop();
    second.stop();
    await eventually('it has ended', () => hub.of('UnwatchPresence').length === 1);
    assert.deepEqual(hub.of('UnwatchPresence'), [[address]]);
  });

  test('what is set meanwhile is set once, and a new connection gets it', async () => {
    hub.answer = () => null;
    const all = Promise.all([1, 2, 3].map(data => people.set({ data })));
    await page.client.start();
    await all;
    assert.deepEqual(hub.of('SetPresence'), [[false, 3]]);
    hub.connections.at(-1).terminate();
    await eventually('it is set again', () => hub.of('SetPresence').length === 2);
    assert.deepEqual(hub.of('SetPresence')[1], [false, 3]);
  });

  test('a watch after the server has ended one asks again, and what onError throws is an error of the client', async () => {
    hub.answer = target => target === 'WatchPresence' ? state(hub.of(target).length, 'ann') : null;
    const errors = [];
    page.client.listen('error', ({ error }) => { errors.push(error.message); });
    people.watch(address, { onSync: () => seen.push('first'), onError: () => { throw new Error('not shown'); } });
    await page.client.start();
    await sees('first');
    hub.call('Presence', { address, version: 2, online: 0, away: 0, error: '[wsmq 3009 presence-not-allowed final] no' });
    await eventually('it is told', () => errors.length > 0);
    watch();
    await sees('first', 'all ann');
    assert.deepEqual([errors, hub.of('WatchPresence').length], [['not shown'], 2]);
  });

  test('a further watch is told the whole, and the first one nothing', async () => {
    hub.answer = target => target === 'WatchPresence' ? state(1, 'ann') : null;
    watch();
    await page.client.start();
    await sees('all ann');
    people.watch(address, { onSync: () => seen.push('further') });
    await sees('all ann', 'further');
    hub.connections.at(-1).terminate();
    await eventually('it watches again', () => hub.of('WatchPresence').length === 2);
    people.watch(address, { onSync: () => seen.push('last') });
    await sees('all ann', 'further', 'last');
  });

  test('what is refused is given up alone: what was set after it is told', async () => {
    let refuse;
    hub.answer = target => target !== 'SetPresence' ? null
      : new Promise((_, reject) => { refuse = () => reject(new Error('[wsmq 2008 invalid-message final] too large')); });
    await page.client.start();
    const first = assert.rejects(people.set({ data: 1 }), { code: 'invalid-message' });
    await eventually('it is told', () => refuse !== undefined);
    const second = people.set({ data: 2 });
    hub.answer = () => null;
    refuse();
    await Promise.all([first, second]);
    assert.deepEqual(hub.of('SetPresence'), [[false, 1], [false, 2]]);
  });

  test('a wait for a next attempt ends with its connection', async () => {
    hub.answer = () => { throw new Error('[wsmq 4006 too-many-resumes retry] [retry-after 1000000000] much later'); };
    watch();
    await page.client.start();
    await eventually('it is refused', () => hub.of('WatchPresence').length === 1);
    hub.answer = () => state(1, 'ann');
    hub.connections.at(-1).terminate();
    await sees('all ann');
  });

  test('calls over a connection that has ended, but is not detached yet, leave the page time', async () => {
    let calls = 0;
    const session = {
      on: () => {},
      call: async () => {
        if (++calls < 1000) throw new Lost();
        return state(1, 'ann');
      },
    };
    const settings = { sendBackoff: { min: 1, max: 1 } };
    const own = new HubPresence(() => ({ settings, events: { error: assert.ifError } }), () => {}, false);
    own.watch(address);
    const timer = new Promise(resolve => setTimeout(resolve, 0));
    own.attach(session);
    await timer;
    own.detach();
    assert.ok(calls < 1000, `${calls} calls`);
  });
});
