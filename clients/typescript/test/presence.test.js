import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { presence } from '../dist/presence.js';
import { Setting } from '../support/pages.js';

const settings = {
  Options__Presence__IsEnabled: 'true', Options__Presence__Grace: '00:00:01',
  Groups__one__0: 'ann', Groups__one__1: 'ben', Groups__one__2: 'cid', Groups__two__0: 'dan', Groups__two__1: 'eve',
};

/** A page that a test hides and shows. */
class FakePage {
  window = new EventTarget();
  document = Object.assign(new EventTarget(), { visibilityState: 'visible' });

  becomes(state) {
    this.document.visibilityState = state;
    this.document.dispatchEvent(new Event('visibilitychange'));
  }
}

const text = ({ user, status, devices }) =>
  `${user} ${status}${devices.map(({ device, data }) => ` ${device}${data === undefined ? '' : `:${JSON.stringify(data)}`}`).join('')}`;

/** Watches an address, and records what it is told. */
function record(people, address) {
  const seen = [];
  const watch = people.watch(address, {
    onSync: ({ members }) => seen.push(`all ${members.map(({ user }) => user).join(' ')}`),
    onChange: changes => seen.push(...changes.map(({ before, after }) => `${before.status} > ${text(after)}`)),
    onError: ({ code }) => seen.push(code),
  });
  const ends = last => eventually(() => `the last is ${last}; so far: ${seen.join(', ')}`, () => seen.at(-1) === last);
  return { seen, watch, ends };
}

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`presence, ${nodes} nodes with ${store}`, () => {
    const wsmq = Setting.of({ store, nodes, settings });
    const last = () => wsmq.nodes.at(-1);

    async function open(user, { followPage, ...options } = {}) {
      const page = wsmq.page(user, options);
      const people = presence(page.client, { followPage });
      await page.client.start();
      return { page, people };
    }

    test('members see each other, what they say, and after a lost connection only what is different', async () => {
      const proxy = await wsmq.proxy(wsmq.node.hub);
      const ann = await open('ann', { hub: proxy.hub });
      const { seen, watch, ends } = record(ann.people, 'group:one');
      await eventually('ann sees herself', () => watch.state?.members?.length === 1);
      const ben = await open('ben', { node: last(), device: 'phone' });
      await ends('offline > ben online phone');
      await ben.people.set({ data: { typing: true } });
      await ends('online > ben online phone:{"typing":true}');
      await ben.people.set({ away: true });
      await ends('online > ben away phone');
      proxy.cut();
      await eventually('ann was cut off', () => ann.page.losses === 1);
      await ann.page.is('connected');
      const cid = await open('cid', { node: last() });
      await ends('offline > cid online web');
      await cid.page.stop();
      await ends('online > cid offline');
      assert.deepEqual(seen.filter(line => !line.includes('ann')), [
        'offline > ben online phone', 'online > ben online phone:{"typing":true}', 'online > ben away phone',
        'offline > cid online web', ...seen.filter(line => line.startsWith('online > cid')),
      ]);
      assert.deepEqual([watch.state.online, watch.state.away], [1, 1]);
      const [found, nobody] = await ann.people.get(['ann', 'ann']);
      assert.deepEqual([text(found), text(nobody)], ['ann online web', 'ann online web']);
      watch.stop();
      assert.deepEqual(ann.page.errors, []);
    });

    test('a hidden page is away, unless the app says otherwise', async () => {
      const eve = await open('eve', { node: last() });
      const pages = [new FakePage(), new FakePage()];
      const follows = await open('dan', { page: pages[0], device: 'a' });
      const ignores = await open('dan', { page: pages[1], device: 'b', followPage: false });
      const { ends } = record(eve.people, 'group:two');
      const seen = last => eventually(() => `dan is ${last}`, () => {
        const dan = watch.state?.members?.find(({ user }) => user === 'dan');
        return dan && dan.devices.map(({ device, status }) => `${device} ${status}`).join(', ') === last;
      });
      const watch = eve.people.watch('group:two');
      await seen('a online, b online');
      for (const page of pages) page.becomes('hidden');
      await seen('a away, b online');
      await ignores.people.set({ away: true });
      await seen('a away, b away');
      pages[0].becomes('visible');
      await seen('a online, b away');
      await follows.people.set({ away: false });
      pages[0].becomes('hidden');
      await ignores.people.set({});
      await seen('a online, b online');
      await follows.page.stop();
      await seen('b online');
      await ignores.page.stop();
      await eventually('dan is gone', () => !watch.state.members.some(({ user }) => user === 'dan'));
      void ends;
    });

    test('what the server refuses is an error, and a client that was stopped sets nothing', async () => {
      const { page, people } = await open('fay');
      const { ends } = record(people, 'group:one');
      await ends('presence-not-allowed');
      people.watch('user:ann');
      await eventually('it is an event', () => page.errors.some(({ code }) => code === 'presence-not-allowed'));
      await assert.rejects(people.set({ data: 'x'.repeat(600) }), { code: 'invalid-message' });
      await assert.rejects(people.get(['ann']), { code: 'presence-not-allowed' });
      assert.throws(() => people.watch('work:jobs'));
      await people.set({ data: 1 });
      await page.stop();
      const late = people.set({ data: 2 });
      await page.client.start();
      await late;
      const [fay] = await people.get(['fay']);
      assert.equal(fay.devices[0].data, 2);
    });
  });
}

describe('presence after failures, 2 nodes with redis', () => {
  const wsmq = Setting.of({ store: 'redis', nodes: 2, appendOnly: true, settings: { ...settings, Options__Nodes__Expiry: '00:00:02' } });

  /** Watches on the first node. */
  async function watcher() {
    const page = wsmq.page('dan');
    const people = presence(page.client);
    const { seen, watch } = record(people, 'group:two');
    await page.client.start();
    const is = (status, device = '') => eventually(() => `eve is ${status}; so far: ${seen.join(', ')}`, () => {
      const eve = watch.state?.members?.find(({ user }) => user === 'eve');
      return (eve?.status ?? 'offline') === status && (!device || eve.devices.some(one => one.device === device));
    });
    return { page, seen, is };
  }

  test('Redis that is restarted changes nothing for long, and what changes meanwhile is seen', async () => {
    const { page, is } = await watcher();
    const eve = wsmq.page('eve', { node: wsmq.nodes[1], device: 'a' });
    await eve.client.start();
    await is('online', 'a');
    await wsmq.redis.server.stop();
    await eve.stop();
    await wsmq.restartRedis();
    await is('offline');
    const again = wsmq.page('eve', { node: wsmq.nodes[1], device: 'b' });
    await again.client.start();
    await is('online', 'b');
    await again.stop();
    await is('offline');
    await page.stop();
  });

  test('the users of a node that is killed are offline, once', async () => {
    const { page, seen, is } = await watcher();
    const eve = wsmq.page('eve', { node: wsmq.nodes[1], device: 'c' });
    await eve.client.start();
    await is('online', 'c');
    const before = seen.length;
    await wsmq.nodes[1].kill();
    await is('offline');
    const again = wsmq.page('eve', { device: 'd' });
    await again.client.start();
    await is('online', 'd');
    assert.deepEqual(seen.slice(before), ['online > eve offline', 'offline > eve online d']);
    await page.stop();
  });
});
