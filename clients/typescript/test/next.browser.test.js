import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Process, TempFolder } from '../../../Wsmq.Tests/PlainClients/support/process.js';
import { PACKAGE } from '../support/bundles.js';
import { Chromium } from '../support/chromium.js';
import { HubProxy } from '../support/hub-proxy.js';
import { Setting } from '../support/pages.js';

const run = promisify(execFile);

// The second one is told on machines of a continuous integration, where every build is the first.
const KNOWN = /edge runtime|No build cache found/i;

describe('an app with Next.js, whose pages are rendered by Node.js and by the edge runtime', () => {
  const wsmq = Setting.of({ settings: { Queues__queue__Workers__0: '*' } });
  let folder;
  let next;
  let env;
  let built;
  before(async () => {
    folder = await TempFolder.make();
    env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', TOKEN: wsmq.node.token('bob') };
    await cp(path.join(PACKAGE, 'support/next-app'), folder.path, { recursive: true });
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder.path, env });
    for (const name of ['package.json', 'dist']) {
      await cp(path.join(PACKAGE, name), path.join(folder.path, 'node_modules/@wsmq/client', name), { recursive: true });
    }

    next = path.join(folder.path, 'node_modules/next/dist/bin/next');
    built = await run(process.execPath, [next, 'build'], { cwd: folder.path, env });
  });
  after(() => folder?.stop());

  test('is built without a warning, rendered without a connection, and connects once in the browser', async () => {
    const output = built.stdout + built.stderr;
    assert.deepEqual(output.split('\n').filter(line => /⚠|warn/i.test(line) && !KNOWN.test(line)), []);
    const hub = wsmq.keep(await HubProxy.start(wsmq.node.hub));
    const [server, [, url]] = await Process.start(
      process.execPath, [next, 'start', folder.path, '--port', '0'], { ...env, HUB: hub.hub }, /Local: +(\S+)/);
    wsmq.keep(server);
    const browser = wsmq.keep(await Chromium.start());
    for (const page of ['/', '/edge']) {
      const answer = await fetch(url + page);
      assert.deepEqual([answer.status, /<p>stopped/.test(await answer.text())], [200, true], page);
    }

    assert.equal(hub.connections, 0);
    const tab = await (await browser.profile()).newPage();
    const logs = [];
    tab.on('pageerror', e => { logs.push(e.message); });
    tab.on('console', message => { if (!message.location().url.endsWith('favicon.ico')) logs.push(message.text()); });
    await tab.goto(url);
    await tab.waitForFunction(() => document.body.innerText.startsWith('connected'));
    const alice = await wsmq.open('alice');
    await alice.send('user:bob', 1);
    await tab.waitForFunction(() => document.body.innerText.startsWith('connected: 1'));
    assert.deepEqual([hub.connections, logs], [1, []]);
  });
});
