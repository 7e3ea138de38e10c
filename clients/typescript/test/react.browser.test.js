import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { BrowserSetting, becomes } from '../support/browser-setting.js';
import { openTab } from '../support/chromium.js';
import { HubProxy } from '../support/hub-proxy.js';
import { CLIENT, PageServer } from '../support/page-server.js';

/** A page as in development: three components, of which two handle the same type. */
const PAGE = `${CLIENT}
  import { createElement as h, StrictMode, useEffect } from "react";
  import { createRoot } from "react-dom/client";
  import { useConnection, useMessages, useWsmq, WsmqProvider } from "@wsmq/client/react";
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
