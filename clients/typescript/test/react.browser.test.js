import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { BrowserSetting, becomes, NOWHERE } from '../support/browser-setting.js';
import { openTab } from '../support/chromium.js';
import { HubProxy } from '../support/hub-proxy.js';
import { CLIENT, PageServer } from '../support/page-server.js';

/** A page as in development: three components, of which two handle the same type. */
const PAGE = `${CLIENT}
  import { createElement as h, StrictMode, useEffect, useState } from "react";
  import { createRoot } from "react-dom/client";
  import { useConnection, useMessages, useSnapshot, useWsmq, WsmqProvider } from "@wsmq/client/react";
  const seen = globalThis.seen = { a: [], b: [], c: [] };
  globalThis.mounts = 0;

  function Listener({ name, type }) {
    useMessages(type, message => { seen[name].push(message.body); });
    useEffect(() => { globalThis.mounts++; }, []);
    globalThis.client = useWsmq();
    return h("p", null, name + " " + useConnection());
  }

  globalThis.show = (url, user) => {
    const accessTokenProvider = async () => (await fetch("/token/" + user)).text();
    const create = () => new core.WsmqClient({ url, accessTokenProvider, reconnectBackoff: { min: 10, max: 100 } });
    const root = createRoot(document.getElementById("root"));
    const all = [["a", "chat"], ["b", "chat"], ["c", "news"]].map(([name, type]) => h(Listener, { key: name, name, type }));
    root.render(h(StrictMode, null, h(WsmqProvider, { create }, all)));
    globalThis.hide = () => root.unmount();
  };

  globalThis.app = { total: 0, position: "0000000000000000", loads: 0 };

  function Total({ source }) {
    const [total, setTotal] = useState();
    const isLoaded = useSnapshot(source, async signal => {
      const { total, position } = globalThis.app;
      globalThis.app.loads++;
      setTotal(total);
      return position;
    });
    useMessages("add", message => setTotal(total => total + message.body));
    globalThis.client = useWsmq();
    return h("p", null, isLoaded ? "total " + total : "loading");
  }

  globalThis.showTotal = (url, user) => {
    const accessTokenProvider = async () => (await fetch("/token/" + user)).text();
    const create = () => new core.WsmqClient({ url, accessTokenProvider, reconnectBackoff: { min: 10, max: 100 } });
    const root = createRoot(document.getElementById("root"));
    root.render(h(StrictMode, null, h(WsmqProvider, { create }, h(Total, { source: "user:" + user }))));
    globalThis.hide = () => root.unmount();
  };
`;
const pages = await PageServer.start({ '/react.js': PAGE });

describe('a page with React in development, in Chromium', () => {
  const wsmq = BrowserSetting.in(pages, {});

  async function show(user) {
    const hub = wsmq.keep(await HubProxy.start(wsmq.node.hub));
    const tab = await openTab(await wsmq.profile(), `${pages.origin}/with/react.js`);
    await tab.evaluate(([url, user]) => show(url, user), [hub.hub, user]);
    return [tab, hub];
  }

  test('three components in StrictMode have one connection, and each message comes once to each handler', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const [tab, hub] = await show(bob);
    await becomes(tab, 'all are connected', () => document.body.innerText.match(/connected/g)?.length === 3);
    assert.equal(await tab.evaluate(() => globalThis.mounts), 6, 'StrictMode mounts each component twice');
    const sender = await wsmq.open(alice);
    for (const n of [1, 2, 3]) for (const type of ['chat', 'news']) await sender.client.send(`user:${bob}`, type, n);
    await becomes(tab, 'all have come', () => Object.values(seen).every(bodies => bodies.length >= 3));
    assert.deepEqual(await tab.evaluate(() => seen), { a: [1, 2, 3], b: [1, 2, 3], c: [1, 2, 3] });
    assert.deepEqual([hub.connections, hub.open], [1, 1]);
    await tab.evaluate(() => globalThis.hide());
    await eventually('the connection is closed', () => hub.open === 0);
    assert.equal(hub.connections, 1);
  });

  test('one that is unmounted while its token is on the way makes no connection', async () => {
    const [bob] = wsmq.users('bob');
    let give;
    const asked = new Promise(resolve => {
      pages.token = user => {
        resolve();
        return new Promise(later => { give = () => later(wsmq.node.token(user)); });
      };
    });
    const [tab, hub] = await show(bob);
    await asked;
    await tab.evaluate(() => globalThis.hide());
    await becomes(tab, 'it is stopped', () => globalThis.client.state === 'stopped');
    give();
    pages.token = user => wsmq.node.token(user);
    await tab.evaluate(([url, user]) => show(url, user), [hub.hub, bob]);
    await becomes(tab, 'another one is connected', () => document.body.innerText.includes('a connected'));
    assert.deepEqual([hub.connections, hub.open], [1, 1]);
  });
});

const boards = await PageServer.start({ '/react.js': PAGE });

describe('a page with React and a snapshot, in Chromium', () => {
  // Logs keep three messages.
  const wsmq = BrowserSetting.in(boards, { settings: { Options__Retention__MaxCount: 3, Options__Delivery__CachedEntriesPerAddress: 0 } });

  test('a snapshot is loaded with its position, kept up to date, and loaded again after a gap', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const source = `user:${bob}`;
    const sender = await wsmq.open(alice);
    const add = n => sender.client.send(source, 'add', n);
    const hub = await wsmq.proxy(wsmq.node.hub);
    const tab = await openTab(await wsmq.profile(), `${boards.origin}/with/react.js`);
    const app = (total, { position }) => tab.evaluate(([total, position]) => Object.assign(globalThis.app, { total, position }), [total, position]);
    await app(1, await add(1));
    await add(2);
    await tab.evaluate(([url, user]) => showTotal(url, user), [hub.hub, bob]);
    await becomes(tab, 'the data and what follows is shown', () => document.body.innerText === 'total 3');
    const loads = await tab.evaluate(() => globalThis.app.loads);
    await add(3);
    await becomes(tab, 'it is kept up to date', () => document.body.innerText === 'total 6');

    hub.leadTo(NOWHERE);
    hub.cut();
    await becomes(tab, 'it is cut off', () => globalThis.client.state !== 'connected');
    for (let i = 0; i < 5; i++) await add(1);
    await app(100, await add(94));
    hub.leadTo(wsmq.node.hub);
    await becomes(tab, 'it is loaded again', () => document.body.innerText === 'total 100');
    assert.equal(await tab.evaluate(() => globalThis.app.loads), loads + 1);
    await add(1);
    await becomes(tab, 'it goes on', () => document.body.innerText === 'total 101');
    await tab.evaluate(() => globalThis.hide());
  });
});
