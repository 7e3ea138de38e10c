import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Window } from 'happy-dom';
import { WsmqClient } from '../dist/index.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Setting } from '../support/pages.js';

const browser = new Window();
Object.assign(globalThis, { window: browser, document: browser.document });
if (typeof navigator === 'undefined') globalThis.navigator = browser.navigator;
const { createElement: h, StrictMode } = await import('react');
const { createRoot } = await import('react-dom/client');
const { renderToString } = await import('react-dom/server');
const { useConnection, useMessages, useOwnPresence, usePresence, useWsmq, useWsmqEvent, WsmqProvider } = await import('../dist/react.js');

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
});
