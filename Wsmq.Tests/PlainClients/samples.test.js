import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { keepConnected } from '../../samples/JavaScript/wsmq.js';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
const NOWHERE = 'http://127.0.0.1:9/wsmq';
const read = file => readFile(path.join(REPOSITORY, file), 'utf8');

test('the code of the sample in the documents is identical to its files', async () => {
  const [example, client] = [await read('samples/JavaScript/example.js'), await read('samples/JavaScript/wsmq.js')];
  assert.ok((await read('README.md')).includes('```js\n' + example + '```'), 'README.md contains example.js');
  assert.ok((await read('docs/protocol.md')).includes('```js\n' + client + '```'), 'docs/protocol.md contains wsmq.js');
});

describe('the sample client', () => {
  const wsmq = Setting.of({ settings: { Options__DeadLetters__MaxAttempts: 3, Groups__ops__0: 'alice', Groups__ops__1: 'bob-of-ops' } });
  const unhandled = [];
  process.on('unhandledRejection', e => unhandled.push(e.message));

  /** The sample as a page uses it, and a record of what it passed to the page. */
  function page(user, { hub = wsmq.node.hub, device = 'web', show = async () => {}, token = wsmq.node.token(user) } = {}) {
    const seen = { shown: [], gaps: [], ended: [] };
    const connection = new HubConnectionBuilder()
      .withUrl(`${hub}?device=${device}`, { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: () => token })
      .configureLogging(LogLevel.None)
      .build();
    const client = keepConnected(connection, {
      handle: async m => { await show(m); seen.shown.push(m.body); },
      missing: async (...gap) => { seen.gaps.push(gap); },
      ended: e => { seen.ended.push(e.message); },
    });
    wsmq.keep(client);
    return { ...seen, client, connection };
  }

  const shows = (page, bodies) => eventually(
    () => `${JSON.stringify(bodies)} are shown; so far ${JSON.stringify(page.shown)}`, () => page.shown.length >= bodies.length)
    .then(() => assert.deepEqual(page.shown, bodies));

  async function sender() {
    const [alice, bob] = wsmq.users('alice', 'bob');
    return { alice: await wsmq.connect(alice), bob };
  }

  test('continues after its connection was cut while a message was being shown', async () => {
    const { alice, bob } = await sender();
    const proxy = await wsmq.proxy(wsmq.node.hub);
    let finish;
    const first = new Promise(resolve => { finish = resolve; });
    let begun = 0;
    const web = page(bob, { hub: proxy.hub, show: m => { begun++; return m.body === 1 ? first : undefined; } });
    await alice.send(`user:${bob}`, 1);
    await eventually('the message is being shown', () => begun === 1);
    proxy.cut();
    await eventually('the connection is gone', () => web.connection.state !== 'Connected');
    for (const n of [2, 3, 4]) await alice.send(`user:${bob}`, n);
    finish();
    await shows(web, [1, 2, 3, 4]);
    assert.deepEqual(unhandled, []);
  });

  test('shows hundreds of messages one after another, in order and once, however long each takes', async () => {
    const { alice, bob } = await sender();
    const all = Array.from({ length: 400 }, (_, n) => n);
    for (let from = 0; from < 200; from += 100) await Promise.all(all.slice(from, from + 100).map(n => alice.send(`user:${bob}`, n)));
    let [open, most] = [0, 0];
    const web = page(bob, { show: async m => {
      most = Math.max(most, ++open);
      for (let turns = m.body * 7 % 5; turns > 0; turns--) await new Promise(setImmediate);
      open--;
    } });
    for (const n of all.slice(200)) await alice.send(`user:${bob}`, n);
    await shows(web, all);
    assert.equal(most, 1, 'handlers run one after another');

    // The client's acks are not awaited. This one moves no cursor, and is answered once those before it are stored.
    await web.connection.invoke('Ack', `user:${bob}`, '0000000000000000');
    await web.client.stop();

    const again = page(bob);
    await alice.send(`user:${bob}`, 'new');
    await shows(again, ['new']);
    assert.deepEqual([...web.gaps, ...again.gaps, ...unhandled], []);
  });

  test('retries a message whose handler failed, before any later message', async () => {
    const { alice, bob } = await sender();
    let fails = 1;
    const web = page(bob, { show: () => { if (fails-- > 0) throw new Error('not rendered'); } });
    for (const n of [1, 2, 3, 4]) await alice.send(`user:${bob}`, n);
    await shows(web, [1, 2, 3, 4]);
    assert.deepEqual(unhandled, []);
  });

  test('continues after a message that can never be shown', async () => {
    const { alice, bob } = await sender();
    const web = page(bob, { show: m => { if (m.body === 2) throw new Error('never'); } });
    for (const n of [1, 2, 3]) await alice.send(`user:${bob}`, n);
    await shows(web, [1, 3]);
    assert.deepEqual(web.gaps, []);
  });

  test("shows the user's own queue while a message of a group is being shown", async () => {
    const [alice, bob] = ['alice', 'bob-of-ops'];
    const sender = await wsmq.connect(alice);
    let finish;
    const first = new Promise(resolve => { finish = resolve; });
    const web = page(bob, { show: m => m.source === 'group:ops' ? first : undefined });
    await web.client.started;
    await sender.send('group:ops', 'to all');
    for (const n of [1, 2]) await sender.send(`user:${bob}`, n);
    await shows(web, [1, 2]);
    finish();
    await shows(web, [1, 2, 'to all']);
  });

  test('reconnects after an outage, and then sends what the page sent meanwhile, in order', async () => {
    const { alice, bob } = await sender();
    const proxy = await wsmq.proxy(wsmq.node.hub);
    const web = page(bob, { hub: proxy.hub });
    await alice.send(`user:${bob}`, 1);
    await shows(web, [1]);
    proxy.leadTo(NOWHERE);
    proxy.cut();
    await eventually('the connection is gone', () => web.connection.state !== 'Connected');
    await alice.send(`user:${bob}`, 2);
    const sent = [1, 2, 3].map(n => web.client.send(`user:${bob}`, 'self', `own ${n}`));
    await eventually('an attempt to reconnect has failed', () => web.connection.state === 'Disconnected');
    proxy.leadTo(wsmq.node.hub);
    await Promise.all(sent);
    await shows(web, [1, 2, 'own 1', 'own 2', 'own 3']);
    assert.deepEqual(unhandled, []);
  });

  test('does not reconnect after a final error', async () => {
    const [bob] = wsmq.users('bob');
    const web = page(bob, { device: ' ' });
    await eventually('the page is notified', () => web.ended.length > 0);
    assert.match(web.ended[0], /\[wsmq 1002 invalid-device final\]/);
    assert.equal(web.ended.length, 1);
    await assert.rejects(web.client.send(`user:${bob}`, 'self', 1), /1002 invalid-device/);
  });

  test('requests messages that another tab of its device has acknowledged meanwhile', async () => {
    const { alice, bob } = await sender();
    const proxy = await wsmq.proxy(wsmq.node.hub);
    const [awake, asleep] = [page(bob), page(bob, { hub: proxy.hub })];

    // A call is answered once its connection is accepted: otherwise one tab might acknowledge the message before the other one reads.
    await Promise.all([awake, asleep].map(async tab => {
      await tab.client.started;
      await tab.client.send('user:nobody', 'test', 1);
    }));
    await alice.send(`user:${bob}`, 0);
    await Promise.all([shows(awake, [0]), shows(asleep, [0])]);
    proxy.leadTo(NOWHERE);
    proxy.cut();
    const ten = Array.from({ length: 10 }, (_, n) => n + 1);
    for (const n of ten) await alice.send(`user:${bob}`, n);
    await shows(awake, [0, ...ten]);
    await awake.client.stop();
    proxy.leadTo(wsmq.node.hub);
    await shows(asleep, [0, ...ten]);
    assert.deepEqual(asleep.gaps, []);
  });
});

describe('the sample client with data of the app', () => {
  // Logs keep three messages.
  const wsmq = Setting.of({
    settings: { Options__Retention__MaxCount: 3, Options__Delivery__CachedEntriesPerAddress: 0, Options__DeadLetters__MaxAttempts: 2 },
  });

  /** A page with a total, which messages add to, and the app that it loads it from. */
  async function board(hub = wsmq.node.hub, handle = async () => {}) {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const [sender, source] = [await wsmq.connect(alice), `user:${bob}`];
    const app = { total: 0, position: '0000000000000000', loads: 0, fails: 0 };
    const add = async n => {
      const receipt = await sender.send(source, n);
      app.total += n;
      app.position = receipt.position;
    };
    const page = { total: undefined, gaps: [] };
    const open = () => {
      const token = wsmq.node.token(bob);
      const connection = new HubConnectionBuilder()
        .withUrl(`${hub}?device=web`, { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: () => token })
        .configureLogging(LogLevel.None).build();
      page.connection = connection;
      page.client = wsmq.keep(keepConnected(connection, {
        handle: async m => { await handle(m); page.total += m.body; },
        missing: async (...gap) => { page.gaps.push(gap); },
        snapshots: {
          [source]: async () => {
            app.loads++;
            if (app.fails-- > 0) throw new Error('not there');
            page.total = app.total;
            return app.position;
          },
        },
      }));
    };
    const shows = total => eventually(() => `the page shows ${total}; now ${page.total}`, () => page.total === total);
    return { app, add, page, open, shows };
  }

  test('is loaded before its messages are handled, and again after a gap', async () => {
    const proxy = await wsmq.proxy(wsmq.node.hub);
    const { app, add, page, open, shows } = await board(proxy.hub);
    for (const n of [1, 2, 3, 4, 5]) await add(n);
    open();
    await shows(15);
    assert.equal(app.loads, 1);
    await add(6);
    await shows(21);
    proxy.leadTo(NOWHERE);
    proxy.cut();
    await eventually('the connection is gone', () => page.connection.state !== 'Connected');
    for (const n of [1, 1, 1, 1, 1, 74]) await add(n);
    app.fails = 1;
    proxy.leadTo(wsmq.node.hub);
    await shows(100);
    await add(1);
    await shows(101);
    assert.deepEqual([app.loads, page.gaps], [3, []]);
  });

  test('is loaded with an older position, and what follows is handled', async () => {
    const { app, add, open, shows } = await board();
    await add(1);
    const old = { total: app.total, position: app.position };
    await add(2);
    await add(3);
    Object.assign(app, old);
    open();
    await shows(6);
    await add(4);
    await shows(10);
    assert.equal(app.loads, 1);
  });

  test('is loaded again when a message of it was dead-lettered', async () => {
    const { app, add, open, shows } = await board(undefined, m => { if (m.body === 2) throw new Error('never'); });
    open();
    await shows(0);
    await add(2);
    await shows(2);
    await add(3);
    await shows(5);
    assert.equal(app.loads, 2);
  });

  test('is loaded again when its position is one that the log never had', async () => {
    const { app, add, open, shows } = await board();
    await add(1);
    const { position } = app;
    app.position = '9000000000000000';
    open();
    await eventually('it is refused', () => app.loads > 0);
    app.position = position;
    await shows(1);
    await add(2);
    await shows(3);
  });
});

describe('the sample client in a suspended tab', () => {
  const wsmq = Setting.of({ settings: { Options__Delivery__CachedEntriesPerAddress: 0, Options__Retention__Group__MaxCount: 4, Groups__ops__0: 'bob' } });

  // A group's log retains its last four messages, a user's log all; the node caches none.
  for (const [source, missed] of [['user:bob', 0], ['group:ops', 7]]) test(`shows what it missed in ${source}, or is notified of the gap`, async () => {
    const proxy = await wsmq.proxy(wsmq.node.hub);
    const token = wsmq.node.token('bob');
    const sender = await wsmq.connect('bob', { device: 'sender', ack: false });
    const [awake, asleep] = [wsmq.keep(new Tab(wsmq.node.hub, token, source)), wsmq.keep(new Tab(proxy.hub, token, source))];
    await Promise.all([awake.says('connected'), asleep.says('connected')]);
    await sender.send(source, 0);
    await Promise.all([awake.says('shown 0'), asleep.says('shown 0')]);

    // The operating system suspends the whole process, as a browser does with a background tab; meanwhile its connection is cut.
    asleep.freeze();
    proxy.cut();
    for (let n = 1; n <= 11; n++) {
      await sender.send(source, n);
      await awake.says(`shown ${n}`);
    }
    asleep.thaw();

    await asleep.says('shown 11');
    const kept = Array.from({ length: 11 - missed }, (_, n) => `shown ${missed + 1 + n}`);
    assert.deepEqual(asleep.lines, ['connected', 'shown 0', ...(missed ? [`missing ${source} retention`] : []), ...kept]);
  });
});

/** The sample in a process of its own. */
class Tab {
  lines = [];
  errors = [];
  #child;

  constructor(hub, token, source) {
    const script = `
      import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
      import { keepConnected } from '../../samples/JavaScript/wsmq.js';
      const connection = new HubConnectionBuilder()
        .withUrl('${hub}?device=web', { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: () => '${token}' })
        .configureLogging(LogLevel.None).build();
      const client = keepConnected(connection, {
        handle: m => m.source === '${source}' && console.log('shown ' + m.body),
        missing: (source, after, before, reason) => console.log('missing ' + source + ' ' + reason),
      });
      await client.started;
      await client.send('user:nobody', 'test', 1);
      console.log('connected');`;
    this.#child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', text => this.errors.push(text.trim()));
    this.#child.stdout.setEncoding('utf8').on('data', text => this.lines.push(...text.trim().split('\n')));
  }

  says(line) {
    return eventually(() => `the tab prints "${line}"; so far ${this.lines}; errors: ${this.errors}`, () => this.lines.includes(line));
  }

  freeze() {
    this.#child.kill('SIGSTOP');
  }

  thaw() {
    this.#child.kill('SIGCONT');
  }

  stop() {
    this.#child.kill('SIGKILL');
  }
}
