import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Process, TempFolder } from '../../../Wsmq.Tests/PlainClients/support/process.js';
import { built, neutralEnvironment } from '../../../Wsmq.Tests/PlainClients/support/programs.js';
import { Proxy } from '../../../Wsmq.Tests/PlainClients/support/proxy.js';
import { NOWHERE } from '../support/browser-setting.js';
import { bundlePage, PACKAGE } from '../support/bundles.js';
import { Chromium } from '../support/chromium.js';

const SAMPLE = path.resolve(PACKAGE, '../../samples/Chat');
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the sample Chat, in Chromium', () => {
  let folder;
  let app;
  let browser;
  let root;
  const stops = [];
  before(async () => {
    folder = await TempFolder.make();
    await cp(path.join(SAMPLE, 'wwwroot'), path.join(folder.path, 'wwwroot'), { recursive: true });
    await writeFile(path.join(folder.path, 'wwwroot/chat.js'), await bundlePage(path.join(SAMPLE, 'page/chat.js')));
    const args = [built('samples/Chat'), '--urls', 'http://127.0.0.1:0', '--contentRoot', folder.path, '--Chat:Grace', '00:00:01'];
    [app, [, root]] = await Process.start('dotnet', args, neutralEnvironment(), /Now listening on: (\S+)/);
    browser = await Chromium.start();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  after(async () => {
    await browser?.stop();
    await app?.stop();
    await folder?.stop();
  });

  /** Closed at the end of the test: nobody of an earlier one is there, or reads anything. */
  async function profile() {
    const context = await browser.profile();
    stops.push(() => context.close());
    return context;
  }

  /** A tab of a user who has signed in, in a profile of its own unless one is given. */
  async function open(user, { context, url = root } = {}) {
    const tab = await (context ?? await profile()).newPage();
    tab.on('console', message => tab.said = [...tab.said ?? [], message.text()]);
    await tab.goto(url);
    if (!context || context === browser.ordinary) await tab.getByRole('button', { name: user, exact: true }).click();
    await is(tab, '#state', `${user}: connected`);
    return tab;
  }

  async function join(tab, room) {
    const button = tab.getByRole('button', { name: `Join ${room}` });
    const link = tab.getByRole('link', { name: room });
    await button.or(link).first().click();
    await tab.getByRole('heading', { name: room }).waitFor();
  }

  /** A room that no other test uses, which the tabs have joined. */
  async function room(name, ...tabs) {
    await tabs[0].getByLabel('Name of a new room').fill(name);
    await tabs[0].getByRole('button', { name: 'Make room' }).click();
    for (const tab of tabs) await join(tab, name);
    const all = `${tabs.length} people`;
    for (const tab of tabs) await waitFor(tab, all, async () => await tab.locator('#people li').count() === tabs.length);
  }

  async function say(tab, text) {
    await tab.getByLabel('Message', { exact: true }).fill(text);
    await tab.getByRole('button', { name: 'Send' }).click();
  }

  /** What people wrote, as the tab shows it. */
  const lines = tab => tab.locator('#lines p').allTextContents();
  const shows = (tab, ...expected) => waitFor(tab, `it shows ${expected}`, async () => JSON.stringify(await lines(tab)) === JSON.stringify(expected));
  const is = (tab, selector, text) => waitFor(tab, `${selector} is '${text}'`, async () => await tab.locator(selector).textContent() === text);
  const marks = (tab, ...expected) => waitFor(tab, `marks are ${expected}`, async () =>
    JSON.stringify(await tab.locator('.mark').allTextContents()) === JSON.stringify(expected));
  const unread = (tab, room, ...count) => waitFor(tab, `${count} are unread in ${room}`, async () =>
    JSON.stringify(await tab.locator('#rooms li').filter({ hasText: room }).locator('.count').allTextContents()) === JSON.stringify(count));
  const person = (tab, pattern) => waitFor(tab, `${pattern} is in the list`, async () =>
    (await tab.locator('#people li').allTextContents()).some(text => pattern.test(text)));

  async function waitFor(tab, reason, condition) {
    try {
      await eventually(reason, condition);
    } catch (e) {
      const text = await tab.locator('body').innerText().catch(() => '');
      throw new Error(`${e.message}; the page shows:\n${text}\nand has said:\n${tab.said?.join('\n')}`, { cause: e });
    }
  }

  test('two users write in any alphabet, and who opens the room later reads all of it, page by page', async () => {
    const [alice, bob] = [await open('alice'), await open('bob')];
    await room('Languages', alice, bob);
    const written = ['Größe <b>5</b>', 'שלום', 'مرحبا', '日本語', '👩‍👩‍👧'];
    for (const text of written) await say(alice, text);
    for (const tab of [alice, bob]) await shows(tab, ...written);
    await bob.reload();
    await shows(bob, ...written);
    await say(bob, 'back');
    await shows(alice, ...written, 'back');

    for (const n of numbers(1, 60)) await say(alice, `line ${n}`);
    await marks(alice, ...Array(written.length + 60).fill('Read by 1 of 1'));
    const carol = await open('carol');
    await join(carol, 'Languages');
    await waitFor(carol, 'the newest page is there', async () => (await lines(carol)).at(-1) === 'line 60');
    assert.ok(!(await lines(carol)).includes('back'), 'what is older is not loaded yet');
    await waitFor(carol, 'scrolling up loads all of it', async () => {
      await carol.locator('#scroller').evaluate(scroller => { scroller.scrollTop = 0; });
      return (await lines(carol)).length === written.length + 61;
    });
    await shows(carol, ...written, 'back', ...numbers(1, 60).map(n => `line ${n}`));
    await carol.setViewportSize({ width: 360, height: 700 });
    assert.ok(await carol.locator('html').evaluate(page => page.scrollWidth <= 360), 'it fits on a phone');
    assert.ok(await carol.getByRole('button', { name: 'Send' }).isVisible());
  });

  test('a message is read when its user has seen it: marks count up, and names are shown on request', async () => {
    const [alice, bob, carol] = [await open('alice'), await open('bob'), await open('carol')];
    await room('Marks', alice, bob, carol);
    await room('Elsewhere', bob);
    await say(alice, 'one');
    await say(alice, 'two');
    await marks(alice, 'Read by 1 of 2', 'Read by 1 of 2');
    await unread(bob, 'Marks', '2');
    assert.match(await bob.title(), /^\(\d+\) Chat$/);
    const other = await open('bob', { context: bob.context() });
    await unread(other, 'Marks', '2');

    await join(bob, 'Marks');
    await shows(bob, 'one', 'two');
    await marks(alice, 'Read by 2 of 2', 'Read by 2 of 2');
    for (const tab of [bob, other]) await unread(tab, 'Marks');
    await alice.locator('.mark').first().click();
    await is(alice, '#readers-text', 'Read by bob, carol');
    await alice.getByRole('button', { name: 'Close' }).click();
    await alice.reload();
    await marks(alice, 'Read by 2 of 2', 'Read by 2 of 2');
  });

  test('who types is shown, and does not type any more when the tab is closed', async () => {
    const [alice, bob] = [await open('alice'), await open('bob')];
    await room('Typing', alice, bob);
    await bob.getByLabel('Message', { exact: true }).pressSequentially('hel');
    await is(alice, '#typing', 'bob is typing…');
    await say(bob, 'hello');
    await is(alice, '#typing', '');
    await bob.getByLabel('Message', { exact: true }).pressSequentially('and');
    await is(alice, '#typing', 'bob is typing…');
    await bob.close();
    await is(alice, '#typing', '');
    await person(alice, /^bob: offline, last seen /);
  });

  test('who hides the tab is away, and offline once it is closed', async () => {
    const alice = await open('alice');
    const dave = await open('dave', { context: browser.ordinary });
    await room('Presence', alice, dave);
    await person(alice, /^dave: online$/);
    const front = await browser.ordinary.newPage();
    await front.bringToFront();
    await person(alice, /^dave: away$/);
    await dave.bringToFront();
    await person(alice, /^dave: online$/);
    await dave.close();
    await front.close();
    await person(alice, /^dave: offline, last seen /);
  });

  test('what is written without a connection is sent later, in order', async () => {
    const proxy = await Proxy.start(root);
    stops.push(() => proxy.stop());
    const [alice, bob] = [await open('alice', { url: proxy.hub }), await open('bob')];
    await room('Offline', alice, bob);
    proxy.leadTo(NOWHERE);
    proxy.cut();
    await waitFor(alice, 'the connection is lost', async () => /reconnecting/.test(await alice.locator('#state').textContent()));
    for (const text of ['one', 'two', 'three']) await say(alice, text);
    await marks(alice, 'Waiting', 'Waiting', 'Waiting');
    await is(alice, '#state', 'alice: reconnecting, 3 waiting to be sent');
    await say(bob, 'zero');
    await shows(bob, 'zero');

    // The page can be loaded again before there is a connection to the hub.
    let isCut = true;
    await alice.routeWebSocket('**/*', socket => isCut ? socket.close() : socket.connectToServer());
    proxy.leadTo(root);
    await alice.reload();
    await shows(alice, 'one', 'two', 'three');
    await marks(alice, 'Waiting', 'Waiting', 'Waiting');
    await is(alice, '#state', 'alice: connecting, 3 waiting to be sent');
    isCut = false;
    await shows(bob, 'zero', 'one', 'two', 'three');
    await shows(alice, 'zero', 'one', 'two', 'three');
    await is(alice, '#state', 'alice: connected');
  });

  test('only its owner writes in a room for announcements, and who leaves a room reads no more', async () => {
    const [alice, bob] = [await open('alice'), await open('bob')];
    for (const tab of [alice, bob]) await join(tab, 'News');
    await say(alice, 'we have moved');
    await shows(bob, 'we have moved');
    assert.ok(await bob.getByLabel('Message', { exact: true }).isDisabled());
    await bob.getByRole('button', { name: 'Leave' }).click();
    await bob.getByRole('button', { name: 'Join News' }).waitFor();
    await alice.getByText('bob has left').waitFor();
    await say(alice, 'again');
    await join(bob, 'News');
    await shows(bob, 'we have moved', 'again');
  });
});
