import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Deployment } from '../../Wsmq.Tests/PlainClients/support/deployment.js';
import { Browser, isAccessible, screenshot } from '../support/browser.js';

const QUEUE = { Queues__demo__MinBackoff: '00:00:00.2', Queues__demo__MaxBackoff: '00:00:00.2', Queues__demo__MaxAttempts: '2' };

/** A user of the console, as somebody who looks at the page sees it. */
class Panel {
  constructor(page, name) {
    this.panel = page.locator(`[data-user=${name}]`);
    this.name = name;
  }

  async send(text, to) {
    if (to) await this.panel.getByLabel(`Receiver of ${this.name}'s message`).selectOption(to);
    await this.panel.getByLabel(`Text of ${this.name}'s message`).fill(text);
    await this.press('Send');
  }

  press(name) {
    return this.panel.getByRole('button', { name, exact: true }).click();
  }

  shows(kind, text) {
    return this.panel.locator(`.line.${kind}`, { hasText: text }).first().waitFor();
  }

  is(state) {
    return this.panel.getByRole('status').filter({ hasText: state }).waitFor();
  }

  /** Which of the texts were received, in order. An earlier test may have left before it had acknowledged something. */
  async received(...texts) {
    const all = await this.panel.locator('.line.received .text').allTextContents();
    return all.filter(text => texts.includes(text));
  }
}

describe('the console of the host in Development', () => {
  const wsmq = Deployment.of({ settings: QUEUE });
  const browser = Browser.of();
  const url = () => new URL('/', wsmq.node.hub).href;
  const open = (use, options) => browser.open(url(), page => use(page, new Panel(page, 'alice'), new Panel(page, 'bob')), options);

  test('brings the first message with one press of Enter, without a sign-in', () => open(async (page, alice, bob) => {
    await page.keyboard.press('Enter');
    await bob.shows('received', 'hello');
    await alice.shows('sent', 'stored');
    assert.match(await page.getByRole('tabpanel').textContent(), /client\.SendAsync\(WsmqAddress\.User\("bob"\), new Chat\("hello"\)\)/);
    await page.getByLabel('Frames').getByText('"to":"user:bob"').first().waitFor();
  }));

  test('shows what was sent to a user who was offline, in order, and sends what waited', () => open(async (page, alice, bob) => {
    await bob.is('connected');
    await bob.press('Go offline');
    await bob.is('offline');
    await alice.send('one');
    await alice.send('two');
    await alice.shows('sent', 'twostored');
    await bob.send('from the tunnel', 'user:alice');
    await bob.shows('sent', 'waits');
    assert.deepEqual(await bob.received('one', 'two'), []);
    await bob.press('Go online');
    await bob.shows('received', 'two');
    await alice.shows('received', 'from the tunnel');
    assert.deepEqual(await bob.received('one', 'two'), ['one', 'two']);
  }));

  test('sends to a group, and not to one who has left it', () => open(async (page, alice, bob) => {
    await alice.send('to both', 'group:ops');
    await Promise.all([alice.shows('received', 'to both'), bob.shows('received', 'to both')]);
    await bob.press('Leave ops');
    await bob.panel.getByRole('button', { name: 'Join ops' }).waitFor();
    await alice.send('not to bob', 'group:ops');
    await alice.shows('received', 'not to bob');
    await bob.send('from outside', 'group:ops');
    const refused = await bob.panel.locator('.line.sent .bad').textContent();
    assert.match(refused, /^The user may not send .*\(send-not-allowed\)$/);
    await bob.press('Join ops');
    await bob.panel.getByRole('button', { name: 'Leave ops' }).waitFor();
    await alice.send('again', 'group:ops');
    await bob.shows('received', 'again');
    await bob.shows('notice', 'Messages of group:ops will not arrive: not-a-member.');
    assert.deepEqual(await bob.received('to both', 'not to bob', 'again'), ['to both', 'again']);
  }));

  test('gives jobs to a worker: completed, tried again, dead-lettered, redriven', () => open(async (page, alice, bob) => {
    const jobs = bob.panel.getByLabel('Jobs in progress');
    const job = text => jobs.getByRole('listitem').filter({ hasText: text });
    const queue = page.getByRole('region', { name: 'Queue work:demo' });
    await bob.press('Work on demo');
    await alice.send('fine', 'work:demo');
    await job('fine').getByRole('button', { name: 'Complete' }).click();
    await alice.send('hard', 'work:demo');
    await job('hard').filter({ hasText: 'attempt 1' }).getByRole('button', { name: 'Fail' }).click();
    await bob.shows('notice', 'hard: the attempt failed');
    await job('hard').filter({ hasText: 'attempt 2' }).getByRole('button', { name: 'Fail' }).click();
    await queue.getByText('1dead letters').waitFor();
    await queue.getByRole('button', { name: 'Redrive dead letters' }).click();
    await job('hard').filter({ hasText: 'attempt 1' }).getByRole('button', { name: 'Reject' }).click();
    await queue.getByText('1dead letters').waitFor();
    await queue.getByText('1completed').waitFor();
    await alice.send('handed back', 'work:demo');
    await job('handed back').waitFor();
    await bob.press('Stop working');
    await queue.getByText('1ready').waitFor();
    const idle = queue.getByText('Nobody works on this queue');
    await idle.waitFor();
    assert.ok((await idle.boundingBox()).height < 30, 'one line');
    await bob.press('Work on demo');
    await job('handed back').filter({ hasText: 'attempt 1' }).getByRole('button', { name: 'Complete' }).click();
    await queue.getByText('2completed').waitFor();
    assert.equal(await bob.panel.locator('.line.notice', { hasText: 'handed back' }).count(), 0);
  }));

  test('shows what others send, as they wrote it and when they sent it', () => open(async (page, alice, bob) => {
    await bob.is('connected');
    await page.clock.setFixedTime(Date.now() + 3_600_000);
    const headers = { Authorization: `Bearer ${wsmq.node.token('alice')}`, 'Content-Type': 'application/json' };
    await fetch(new URL('/wsmq-api/messages', wsmq.node.hub), { method: 'POST', headers, body: '{"to":"user:bob","body":"say \\"hello\\""}' });
    const line = bob.panel.locator('.line.received', { hasText: 'say "hello"' });
    assert.equal(await line.locator('.text').textContent(), 'say "hello"');
    const [shown, title] = [await line.locator('time').textContent(), await line.locator('time').getAttribute('title')];
    assert.ok(title.split(', arrived ')[0].endsWith(shown), `${shown}: ${title}`);
    assert.ok(!title.endsWith(shown), title);
  }));

  test('says what is wrong where the host does not answer', () => open(async (page, alice, bob) => {
    await alice.is('connected');
    await page.route(/wsmq-(console|api)/, route => route.abort());
    await alice.press('Push live');
    await alice.shows('notice', 'The host cannot be reached');
    await alice.press('Leave ops');
    await bob.panel.getByText('The host cannot be reached').waitFor();
    await page.getByRole('region', { name: 'Queue work:demo' }).getByText('The host cannot be reached').waitFor();
  }, { expected: /ERR_FAILED/ }));

  test('pushes live to one who is connected', () => open(async (page, alice) => {
    await alice.is('connected');
    await alice.press('Push live');
    await alice.shows('live', 'hello');
  }));

  test('shows code of three languages with the text that was sent, and copies it', () => browser.open(url(), async page => {
    const bob = new Panel(page, 'bob');
    await bob.send(`it's "quoted"`);
    await bob.shows('sent', 'stored');
    const code = page.getByRole('tabpanel');
    await page.getByRole('tab', { name: 'C#' }).press('ArrowRight');
    assert.match(await code.textContent(), /client\.send\("user:alice", "chat", \{ text: "it's \\"quoted\\"" \}\)/);
    await page.getByRole('tab', { name: 'TypeScript' }).press('ArrowRight');
    assert.match(await code.textContent(), /Bearer \$BOB.*it'\\''s \\"quoted\\"/s);
    const api = new URL('/wsmq-api', wsmq.node.hub).href;
    assert.ok((await code.locator('pre').textContent()).startsWith(`WSMQ=${api}\nBOB=$(dotnet run --no-build --project Wsmq.Cli -- token --user bob)\n\ncurl`));
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await code.locator('pre').textContent());
    await page.getByLabel('Action').selectOption('Join and leave a group');
    assert.match(await code.textContent(), /curl -sS -X PUT "\$WSMQ\/groups\/ops\/members\/bob" -H "Authorization: Bearer \$ADMIN"\ncurl -sS -X DELETE/);
    await page.getByLabel('Action').selectOption('Work on jobs');
    assert.equal(await code.getByText('Reject', { exact: true }).evaluate(element => element.tagName), 'CODE');
    await page.getByLabel('Action').selectOption('Push live');
    assert.match(await code.textContent(), /the HTTP API has no call for it/);
    assert.equal(await page.getByRole('tab', { name: 'curl' }).count(), 0);
  }, { permissions: ['clipboard-read', 'clipboard-write'] }));

  for (const scheme of ['light', 'dark']) {
    test(`can be read and used by everybody, ${scheme}`, () => open(async (page, alice, bob) => {
      await bob.press('Work on demo');
      await alice.send('good morning');
      await bob.shows('received', 'good morning');
      await bob.send('and to you', 'user:alice');
      await bob.press('Go offline');
      await alice.shows('received', 'and to you');
      await alice.send('are you there?', 'user:bob');
      await alice.shows('sent', 'are you there?stored');
      await isAccessible(page);
      await screenshot(page, `console-${scheme}`);
    }, { scheme }));
  }
});
