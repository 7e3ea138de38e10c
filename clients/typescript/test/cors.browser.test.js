import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { BrowserSetting, becomes } from '../support/browser-setting.js';
import { openTab } from '../support/chromium.js';
import { PageServer } from '../support/page-server.js';

const BURST = 3;
const [pages, others] = [await PageServer.start(), await PageServer.start()];

describe('the HTTP API in Chromium, from a page of another origin', () => {
  const wsmq = BrowserSetting.in(pages, {
    settings: {
      Options__Limits__ConnectionSendsPerSecond: 1, Options__Limits__UserSendsPerSecond: 1,
      Options__Limits__ConnectionSendBurst: BURST, Options__Limits__UserSendBurst: BURST,
    },
  });
  after(() => others.stop());
  const at = path => new URL(`/wsmq-api${path}`, wsmq.node.hub).href;

  /** A page with helpers for calls of a user. */
  async function open(server, user) {
    const tab = await openTab(await wsmq.profile(), `${server.origin}/`);
    await tab.evaluate(([base, token]) => {
      globalThis.call = (method, path, { body, ...headers } = {}) => fetch(base + path, {
        method, headers: { Authorization: `Bearer ${token}`, ...headers }, ...(body && { body }),
      });
      globalThis.post = (id, to, body) => call('POST', '/messages', {
        'Content-Type': 'application/json', 'Idempotency-Key': id, body: JSON.stringify({ to, type: 'chat', body }),
      });
      globalThis.watch = path => {
        const { events, source } = globalThis.watched = { events: [], source: new EventSource(`${base}${path}?access_token=${token}`) };
        source.onmessage = ({ data }) => events.push(JSON.parse(data).body);
      };
    }, [at(''), wsmq.node.token(user)]);
    return tab;
  }

  test('that is listed, sends with an Idempotency-Key and reads the time of a limit', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const tab = await open(pages, alice);
    const sent = await tab.evaluate(async to => {
      const answers = [];
      for (const id of ['one', 'one']) answers.push(await post(id, to, 1));
      return Promise.all(answers.map(async answer => [answer.status, (await answer.json()).duplicate]));
    }, `user:${bob}`);
    assert.deepEqual(sent, [[201, false], [201, true]]);
    const refused = await tab.evaluate(async to => {
      for (let i = 0; ; i++) {
        const answer = await post(`next-${i}`, to, 2);
        if (answer.status !== 201) return [answer.status, (await answer.json()).code, Number(answer.headers.get('Retry-After'))];
      }
    }, `user:${bob}`);
    assert.deepEqual(refused.slice(0, 2), [429, 'rate-limited']);
    assert.ok(refused[2] >= 1, `Retry-After is ${refused[2]}`);
  });

  test('that is listed, follows a log with EventSource and with fetch', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const tab = await open(pages, bob);
    await tab.evaluate(path => watch(path), `/logs/user:${bob}`);
    const sender = await open(pages, alice);
    assert.equal(await sender.evaluate(async to => (await post('one', to, 'hi')).status, `user:${bob}`), 201);
    await becomes(tab, 'the entry has come', () => watched.events[0] === 'hi');
    const first = await tab.evaluate(async path => {
      const answer = await call('GET', path, { Accept: 'text/event-stream', 'Last-Event-ID': '0000000000000000' });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ''; ;) {
        const { value } = await reader.read();
        text += value;
        const data = /^data: (.*)$/m.exec(text);
        if (data) {
          await reader.cancel();
          return [answer.headers.get('Content-Type'), JSON.parse(data[1]).body];
        }
      }
    }, `/logs/user:${bob}`);
    assert.deepEqual(first, ['text/event-stream', 'hi']);
  });

  test('that is not listed, is refused: it reads nothing and stores nothing', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const tab = await open(others, alice);

    // The same calls from both pages, each with a message that the server would store.
    const attempt = (page, body) => page.evaluate(async ([to, url, token, body]) => {
      const text = JSON.stringify({ to, type: 'chat', body });
      const send = options => fetch(`${url}?access_token=${token}`, { method: 'POST', body: text, ...options });
      const calls = [
        () => call('GET', `/logs/${to}`),
        () => send({ headers: { 'Content-Type': 'application/json' } }),

        // Without a preflight: a browser sends it, and shows no answer.
        () => send({ mode: 'no-cors' }),
        () => send({ mode: 'no-cors', headers: { 'Content-Type': 'application/json' } }),
      ];
      const seen = [];
      for (const make of calls) seen.push(await make().then(answer => answer.type === 'opaque' ? 'opaque' : answer.status, e => e.name));
      return seen;
    }, [`user:${bob}`, at('/messages'), wsmq.node.token(alice), body]);
    assert.deepEqual(await attempt(tab, 'not listed'), ['TypeError', 'TypeError', 'opaque', 'opaque']);
    assert.deepEqual(await attempt(await open(pages, alice), 'listed'), [403, 201, 'opaque', 'opaque']);
    await tab.evaluate(path => watch(path), `/logs/user:${alice}`);
    await becomes(tab, 'its stream is closed for good', () => watched.source.readyState === EventSource.CLOSED);
    const log = await fetch(at(`/logs/user:${bob}`), { headers: { Authorization: `Bearer ${wsmq.node.token(bob)}` } });
    assert.deepEqual((await log.json()).entries.map(entry => entry.body), ['listed']);
  });
});
