import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Process, TempFolder } from '../../../Wsmq.Tests/PlainClients/support/process.js';
import { built, neutralEnvironment } from '../../../Wsmq.Tests/PlainClients/support/programs.js';
import { Chromium } from '../support/chromium.js';
import { Page } from '../support/pages.js';

const TIMES = {
  '--command-timeout': 5000, '--tail-check': 1000, '--connection-timeout': 30_000, '--lease': 5000, '--receipt-replicas': 0,
  '--jobs': 'http://127.0.0.1:9',
};

// A node of the fault campaign: it trusts the user and the token's id in the query, and revokes tokens. The stream is on the same origin.
describe("a browser's EventSource at the event streams of the HTTP API", () => {
  const kept = [];
  const keep = resource => kept[kept.push(resource) - 1];
  let node;
  let tab;
  before(async () => {
    const folder = keep(await TempFolder.make());
    const args = ['node', '--sqlite', path.join(folder.path, 'wsmq.db'), ...Object.entries(TIMES).flat().map(String)];
    const program = [built('Wsmq.Faults'), ...args];
    const [process, [, url]] = await Process.start('dotnet', program, neutralEnvironment(), /^(http:\S+)$/m, { stdin: 'pipe' });
    keep(process);
    node = url;
    const browser = keep(await Chromium.start());
    tab = await (await browser.profile()).newPage();
    await tab.goto(`${node}/state`);
  });
  after(async () => {
    for (const resource of kept.splice(0).reverse()) await resource.stop();
  });

  /** Opens a stream in the page. Returns what it has got so far. */
  async function stream(user, token) {
    await tab.evaluate(([user, token]) => {
      const { events, opened, source } = globalThis.stream = {
        events: [], opened: [], source: new EventSource(`/wsmq-api/logs?address=user:${user}&user=${user}&jti=${token}`),
      };
      source.onopen = () => { opened.push(Date.now()); };
      source.onmessage = ({ data }) => { events.push(JSON.parse(data).body); };
      source.addEventListener('end', ({ data }) => { events.push(JSON.parse(data)); });
    }, [user, token]);
    return () => tab.evaluate(() => ({ events: stream.events, opened: stream.opened.length, state: stream.source.readyState }));
  }

  async function post(path) {
    const { status } = await fetch(node + path, { method: 'POST' });
    assert.equal(status, 200, path);
  }

  async function send(user, body) {
    const page = new Page(`${node}/wsmq?user=alice`, undefined, { show: null });
    await page.client.start();
    await page.client.send(`user:${user}`, 'test', body);
    await page.stop();
  }

  test('gets what is sent, and after a revocation its code; it does not come back in a loop', async () => {
    const read = await stream('bob', 'one');
    await send('bob', 1);
    await eventually('the entry has come', async () => (await read()).events.length === 1);
    await post('/revoke/one');
    await eventually('the stream has ended for good', async () => (await read()).state === 2);
    const { events: [body, { number, code, retry }], opened } = await read();
    assert.deepEqual([body, number, code, retry, opened], [1, 1006, 'revoked', false, 1]);
    await send('bob', 2);
    const again = await stream('bob', 'two');
    await eventually('another token gets both', async () => (await again()).events.length === 2);
    assert.deepEqual((await again()).events, [1, 2]);
  });

  test('comes back where it was after a disconnect', async () => {
    const read = await stream('carol', 'three');
    await send('carol', 1);
    await eventually('the entry has come', async () => (await read()).events.length === 1);
    await post('/disconnect/carol');
    await send('carol', 2);
    await eventually('it has come back', async () => (await read()).opened === 2);
    await eventually('and has the second one', async () => (await read()).events.length === 2);
    assert.deepEqual((await read()).events, [1, 2]);
  });
});
