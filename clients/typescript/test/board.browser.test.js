import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Process, TempFolder } from '../../../Wsmq.Tests/PlainClients/support/process.js';
import { built, neutralEnvironment } from '../../../Wsmq.Tests/PlainClients/support/programs.js';
import { bundle, PACKAGE } from '../support/bundles.js';
import { Chromium } from '../support/chromium.js';

const SAMPLE = path.resolve(PACKAGE, '../../samples/OrderBoard');

describe('the sample OrderBoard, in Chromium', () => {
  let folder;
  let app;
  let browser;
  let root;
  before(async () => {
    folder = await TempFolder.make();
    const page = path.join(folder.path, 'wwwroot');
    await mkdir(page);
    await cp(path.join(SAMPLE, 'wwwroot/index.html'), path.join(page, 'index.html'));
    await writeFile(path.join(page, 'board.js'), await bundle(await readFile(path.join(SAMPLE, 'page/board.js'), 'utf8'), PACKAGE));
    const args = [built('samples/OrderBoard'), '--urls', 'http://127.0.0.1:0', '--contentRoot', folder.path];
    [app, [, root]] = await Process.start('dotnet', args, neutralEnvironment(), /Now listening on: (\S+)/);
    browser = await Chromium.start();
  });
  after(async () => {
    await browser?.stop();
    await app?.stop();
    await folder?.stop();
  });

  async function open(user) {
    const tab = await (await browser.profile()).newPage();
    await tab.goto(`${root}/?user=${user}`);
    await tab.getByText(`${user}: connected`).waitFor();
    return tab;
  }

  async function change(tab, order, state) {
    await tab.getByLabel('order').fill(order);
    await tab.getByLabel('state').fill(state);
    await tab.getByRole('button', { name: 'Change' }).click();
  }

  const shows = (tab, ...lines) => tab.waitForFunction(
    lines => JSON.stringify([...document.querySelectorAll('li')].map(line => line.textContent)) === JSON.stringify(lines), lines);

  test('shows the same orders to everybody, also who opens or reloads it later', async () => {
    const alice = await open('alice');
    await change(alice, '7', 'packed');
    await shows(alice, '7: packed');
    const bob = await open('bob');
    await shows(bob, '7: packed');
    await change(bob, '8', 'new');
    await change(alice, '7', 'shipped');
    for (const tab of [alice, bob]) await shows(tab, '7: shipped', '8: new');
    await bob.reload();
    await shows(bob, '7: shipped', '8: new');
    await change(alice, '9', 'new');
    for (const tab of [alice, bob]) await shows(tab, '7: shipped', '8: new', '9: new');
    assert.equal(await bob.locator('#state').textContent(), 'bob: connected');
  });
});
