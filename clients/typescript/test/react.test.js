import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Window } from 'happy-dom';
import { WsmqClient } from '../dist/index.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Setting } from '../support/pages.js';

const browser = new Window();
Object.assign(globalThis, { window: browser, document: browser.document });
if (typeof navigator === 'undefined') globalThis.navigator = browser.navigator;
const { SharedClient } = await import('../dist/react/shared-client.js');
const { createElement: h, StrictMode, useState } = await import('react');
const { createRoot } = await import('react-dom/client');
const { renderToString } = await import('react-dom/server');
const {
  useConnection, useHistory, useMessages, useOwnPresence, usePresence, useSnapshot, useWsmq, useWsmqEvent, WsmqProvider,
} = await import('../dist/react.js');

describe('hooks for React', () => {
  const wsmq = Setting.of({
    settings: { Options__Presence__IsEnabled: 'true', Options__Presence__Grace: '00:00:01', Groups__ops__0: 'ann', Groups__ops__1: 'ben' },
  });
  let connections = 0;
  let page;
  before(() => { page = { window: new EventTarget(), document: Object.assign(new EventTarget(), { visibilityState: 'visible' }) }; });
  after(() => browser.close());

  const create = (user, options = {}) => () => {
    const accessTokenProvider = () => wsmq.node.token(user);
    const client = new WsmqClient({ url: wsmq.node.hub, accessTokenProvider, device: 'web', page, ...options });
    client.listen('state', ({ state, previous }) => { if (state === 'connected' && previous !== state) connections++; });
    return client;
  };

  /** Renders in a root of its own, as a page in development does. Returns the root and its text. */
  function render(element) {
    const container = document.createElement('div');
    const root = createRoot(container);
    root.render(h(StrictMode, null, element));
    return { text: () => container.textContent, unmount: () => root.unmount() };
  }

  test('one connection under StrictMode, and each message once for each handler', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const seen = { a: [], b: [], c: [] };
    let client;
    let fails = 1;
    function Listener({ name }) {
      useMessages('chat', message => {
        if (name === 'b' && message.body === 2 && fails-- > 0) throw new Error('not rendered');
        seen[name].push(message.body);
      });
      client = useWsmq();
      return h('i', null, `${name} ${useConnection()} `);
    }

    connections = 0;
    const names = ['a', 'b', 'c'];
    const errors = [];
    function Errors() {
      useWsmqEvent('error', ({ error }) => { errors.push(error.message); });
      return null;
    }

    const children = [h(Errors, { key: 'errors' }), ...names.map(name => h(Listener, { key: name, name }))];
    const root = render(h(WsmqProvider, { create: create(bob) }, children));
    await eventually(() => `all show it: ${root.text()}`, () => root.text() === 'a connected b connected c connected ');
    const sender = await wsmq.open(alice);
    for (const n of [1, 2, 3]) await sender.client.send(`user:${bob}`, 'chat', n);
    await eventually(() => `all have three: ${JSON.stringify(seen)}`, () => names.every(name => seen[name].length >= 3));
    assert.deepEqual(seen, { a: [1, 2, 3], b: [1, 2, 3], c: [1, 2, 3] });
    assert.deepEqual([connections, errors], [1, ['not rendered']]);
    root.unmount();
    await eventually('it is stopped', () => client.state === 'stopped');
  });

  test('a snapshot is loaded before the messages after it are handled, for all components of its source, and with the newest function', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const source = `user:${bob}`;
    const sender = await wsmq.open(alice);
    const app = {
      positions: ['0000000000000000'],
      set: async value => { app.positions.push((await sender.client.send(source, 'set', value)).position); },
    };
    await app.set(1);
    await app.set(2);
    const handled = [];
    const loads = { a: [], b: [] };
    let show;
    function Board({ name, at }) {
      const [value, setValue] = useState('none');
      const isLoaded = useSnapshot(source, async signal => {
        assert.ok(signal instanceof AbortSignal);
        loads[name].push(at);
        if (name === 'a' && loads.a.length === 1) throw new Error('not there');
        setValue(at);
        return app.positions[at];
      });
      if (name === 'a') useMessages('set', message => { handled.push(message.body); });
      return h('i', null, `${name} ${isLoaded} ${value} `);
    }

    function Page() {
      const [boards, setBoards] = useState([['a', 1]]);
      show = setBoards;
      return boards.map(([name, at]) => h(Board, { key: name, name, at }));
    }

    const root = render(h(WsmqProvider, { create: create(bob, { handlerBackoff: { min: 1, max: 10 } }) }, h(Page)));
    assert.equal(await eventually(() => `it shows its data: ${root.text()}`, () => root.text() === 'a true 1 ' && root.text()), 'a true 1 ');
    await eventually('what is after the data is handled', () => handled.length === 1);
    assert.deepEqual(handled, [2]);

    await app.set(3);
    await eventually('the next one is handled', () => handled.includes(3));
    show([['a', 2], ['b', 3]]);
    await eventually(() => `both have loaded: ${root.text()}`, () => root.text() === 'a true 2 b true 3 ');
    await eventually(() => `the messages after the lower position are handled again: ${handled}`, () => handled.length === 3);
    assert.deepEqual(handled, [2, 3, 3]);
    show([['b', 3]]);
    await eventually('it is unmounted', () => root.text() === 'b true 3 ');
    const before = loads.a.length;
    show([['b', 3], ['a', 3]]);
    await eventually(() => `it has loaded again: ${root.text()}`, () => root.text() === 'b true 3 a true 3 ');
    assert.ok(loads.a.length > before);
    root.unmount();
  });

  test('a load that fails waits for the others: what they load must not come after what the next attempt loads', async () => {
    let load;
    const client = create('bob')();
    client.snapshot = (_, of) => {
      load = of;
      return () => {};
    };
    const shared = new SharedClient(client);
    let finish;
    const slow = new Promise(resolve => { finish = resolve; });
    shared.snapshot('user:bob', async () => { throw new Error('not there'); });
    shared.snapshot('user:bob', () => slow);
    let ended = false;
    const loaded = assert.rejects(load(new AbortController().signal), /not there/).then(() => { ended = true; });
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(ended, false);
    finish('0000000000000001');
    await loaded;
  });

  test('a load of a component that is unmounted is aborted and does not hold up the others', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const source = `user:${bob}`;
    const handled = [];
    let aborted = 0;
    let show;
    const Handler = () => { useMessages('set', message => { handled.push(message.body); }); };
    function Board({ isSlow }) {
      useSnapshot(source, signal => isSlow
        ? new Promise((_, reject) => signal.addEventListener('abort', () => { aborted++; reject(signal.reason); }))
        : Promise.resolve('0000000000000000'));
      return isSlow ? 'slow' : 'fast';
    }

    function Page() {
      const [names, setNames] = useState(['slow', 'fast']);
      show = setNames;
      return [h(Handler, { key: 'handler' }), ...names.map(name => h(Board, { key: name, isSlow: name === 'slow' }))];
    }

    const root = render(h(WsmqProvider, { create: create(bob) }, h(Page)));
    const sender = await wsmq.open(alice);
    await sender.client.send(source, 'set', 1);
    await eventually('both are there', () => root.text() === 'slowfast');
    show(['fast']);
    await eventually('the message is handled', () => handled.length > 0);
    assert.deepEqual(handled, [1]);
    assert.ok(aborted > 0);
    root.unmount();
  });

  test('a provider that is unmounted before the token has come makes no connection', async () => {
    const [bob] = wsmq.users('bob');
    let give;
    const clients = [];
    let asked = 0;
    const token = new Promise(resolve => { give = resolve; });
    const one = create(bob, { accessTokenProvider: () => (asked++, token) });
    connections = 0;
    const root = render(h(WsmqProvider, { create: () => clients[clients.push(one()) - 1] }));
    await eventually('it has begun', () => asked > 0);
    root.unmount();
    await eventually('it is stopped', () => clients.every(client => client.state === 'stopped'));
    give(wsmq.node.token(bob));
    const other = await wsmq.open(bob);
    await other.send(`user:${bob}`, 1);
    await other.shows(1);
    assert.equal(connections, 0);
  });

  test('who is online is rendered, and what a component says is seen', async () => {
    let setOwn;
    function Online({ of }) {
      const state = usePresence(of);
      setOwn = useOwnPresence();
      return h('b', null, (state?.members ?? []).map(({ user, devices }) => `${user} ${devices.map(({ data }) => data ?? '-')}`).join(', '));
    }

    const root = render(h(WsmqProvider, { create: create('ann') }, h(Online, { of: 'group:ops' })));
    await eventually(() => `ann is shown: ${root.text()}`, () => root.text() === 'ann -');
    const ben = await wsmq.open('ben');
    await eventually(() => `ben is shown: ${root.text()}`, () => root.text() === 'ann -, ben -');
    await setOwn({ data: 'types' });
    await eventually(() => `it is shown: ${root.text()}`, () => root.text() === 'ann types, ben -');
    await ben.stop();
    await eventually(() => `ben is gone: ${root.text()}`, () => root.text() === 'ann types');
    root.unmount();
  });

  test('a refusal for good is reported', async () => {
    const [bob] = wsmq.users('bob');
    const refused = [];
    const root = render(h(WsmqProvider, { create: create(bob, { device: ' ' }), refused: error => { refused.push(error.code); } }));
    await eventually('it is reported', () => refused.length > 0);
    assert.ok(refused.every(code => code === 'invalid-device'));
    root.unmount();
  });

  test('a server renders it without a connection', () => {
    const State = () => h('b', null, useConnection());
    connections = 0;
    assert.equal(renderToString(h(WsmqProvider, { create: create('nobody') }, h(State))), '<b>stopped</b>');
    assert.throws(() => renderToString(h(State)), /no WsmqProvider/);
    assert.equal(connections, 0);
  });

  test('a history begins with the newest messages, and grows when older ones are asked for', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const sender = await wsmq.open(alice, { show: null });
    for (const n of [1, 2, 3, 4, 5]) await sender.send(`user:${bob}`, n);
    let shown;
    function Past() {
      shown = useHistory(`user:${bob}`, { max: 2 });
      return h('i', null, `${shown.entries.map(({ body }) => body)} ${shown.hasOlder} ${shown.isLoading} ${shown.error?.code}`);
    }

    const { text, unmount } = render(h(WsmqProvider, { create: create(bob) }, h(Past)));
    await eventually('the newest are shown', () => text() === '5,4 true false undefined');
    await Promise.all([shown.loadOlder(), shown.loadOlder()]);
    await eventually('older ones are shown', () => text() === '5,4,3,2 true false undefined');
    await shown.loadOlder();
    await eventually('all are shown', () => text() === '5,4,3,2,1 false false undefined');
    await shown.loadOlder();
    unmount();
    const other = render(h(WsmqProvider, { create: create(alice) }, h(Past)));
    await eventually('the refusal is shown', () => text !== other.text && other.text() === ' true false history-not-allowed');
    other.unmount();
  });
});
