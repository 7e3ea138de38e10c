import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Setting } from '../support/pages.js';
import { ScriptedHub } from '../support/scripted-hub.js';
import { WsmqClient } from '../dist/index.js';

const NOWHERE = 'http://127.0.0.1:9/wsmq';
const BACKOFF = { min: 5, max: 20 };

// In Node.js the reason of a refusal is known, in a page it is not.
describe('a client that cannot connect, in Node.js', () => {
  const wsmq = Setting.of();
  const lines = [];
  const { error: write } = console;
  let client;
  beforeEach(() => {
    lines.length = 0;
    console.error = (...parts) => { lines.push(parts.join(' ')); };
  });
  afterEach(async () => {
    console.error = write;
    await client.stop();
  });
  const open = (url, token, options) =>
    client = new WsmqClient({ url, accessTokenProvider: token && (() => token), reconnectBackoff: BACKOFF, ...options });

  for (const [token, hint] of [['wrong', 'the server does not accept the token'], [undefined, 'no token was sent: set accessTokenProvider']]) {
    test(`fails to start with 401 and the reason: ${hint}`, async () => {
      await assert.rejects(open(wsmq.node.hub, token).start(), error => {
        assert.deepEqual([error.number, error.code, error.canRetry], [6004, 'connection-refused', false]);
        assert.match(error.message, new RegExp(`${wsmq.node.hub} answered 401: ${hint}`));
        return true;
      });
      assert.equal(client.state, 'stopped');
      assert.deepEqual(lines, [], 'the promise says it');
    });
  }

  test('asks for another token where the server no longer accepts its own', async () => {
    let asked = 0;
    const tokens = [() => wsmq.node.token('bob', { exp: Math.floor(Date.now() / 1000) + 2 }), () => 'wrong', () => wsmq.node.token('bob')];
    client = new WsmqClient({ url: wsmq.node.hub, accessTokenProvider: () => tokens[asked++](), reconnectBackoff: BACKOFF });
    await client.start();
    await eventually('it has connected again', () => asked === 3 && client.state === 'connected');
    assert.equal(lines.filter(line => line.includes('answered 401')).length, 1, lines.join('\n'));
  });

  test('says once where nobody listens for the reason that no hub is at the path, and goes on', async () => {
    let asked = 0;
    const accessTokenProvider = () => {
      asked++;
      return wsmq.node.token('bob');
    };
    open(`${wsmq.node.hub}q?secret=1`, undefined, { accessTokenProvider }).listen('state', () => {});
    const starting = client.start();
    const sent = client.send('user:bob', 'chat', 1);
    await eventually('it has tried again', () => asked > 3);
    await client.stop();
    await assert.rejects(starting, { code: 'client-closed' });
    await assert.rejects(sent, { code: 'client-closed' });
    const url = `${wsmq.node.hub}q`;
    assert.deepEqual(lines, [
      `wsmq: no connection to ${url}: ${url} answered 404: no hub at this path: is /wsmq missing at the end of the URL? (trying again)`,
    ]);
  });

  test('says to its listeners that nothing listens there, and not to the console', async () => {
    const said = [];
    open(NOWHERE).listen('state', ({ error }) => { if (error) said.push(error.message); });
    client.start().catch(() => {});
    await eventually('three attempts have failed', () => said.length > 2);
    assert.deepEqual([new Set(said), lines], [new Set([`nothing listens at ${NOWHERE}: is the server started?`]), []]);
  });

  for (const url of ['/wsmq', 'wsmq', 'ftp://localhost/wsmq', 'http://localhost/wsmq#here', '']) {
    test(`fails to start with the URL '${url}', which can never work`, async () => {
      await assert.rejects(open(url).start(), { number: 6005, code: 'client-misconfigured' });
      await assert.rejects(client.send('user:bob', 'chat', 1), { code: 'client-misconfigured' });
    });
  }

  test('connects to a URL that begins with ws', async () => {
    await open(`${wsmq.node.hub.replace('http', 'ws')}?own=1`, wsmq.node.token('bob')).start();
    assert.equal(client.state, 'connected');
  });

  test('says of messages without a handler what they lack, each type once and without a stack', async () => {
    const hub = wsmq.keep(await ScriptedHub.start());
    hub.answer = (target, source, position) => { if (target === 'Nack') hub.call('DeadLettered', source, position, 1); };
    open(hub.hub).on('known', () => {});
    await client.start();
    hub.deliver(1, 0, { type: undefined });
    hub.deliver(2, 1, { type: 'chat' });
    hub.deliver(3, 2, { type: 'chat' });
    await eventually('all are over', () => hub.of('Nack').length === 3);
    assert.deepEqual(lines, [
      'wsmq: A message without a type is dead-lettered, because there is no fallback: register one with onAny.',
      "wsmq: No handler takes the type 'chat', and there is no fallback: register one with on or onAny. It is dead-lettered.",
    ]);
  });
});
