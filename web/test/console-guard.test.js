import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { Deployment } from '../../Wsmq.Tests/PlainClients/support/deployment.js';
import { Process, TempFolder } from '../../Wsmq.Tests/PlainClients/support/process.js';
import { built, neutralEnvironment } from '../../Wsmq.Tests/PlainClients/support/programs.js';
import { send } from '../support/requests.js';

const ASKED = { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } };
const OTHERS = ['GET /wsmq-console/groups/ops/members', 'PUT /wsmq-console/groups/ops/members/eve', 'DELETE /wsmq-console/groups/ops/members/bob',
  'POST /wsmq-console/live?user=bob', 'POST /wsmq-console/token?user=bob'];

/** A host of its own. Returns the URL of its root. */
async function start(setting, urls, environment, settings = {}) {
  const folder = setting.keep(await TempFolder.make()).path;
  const env = { ...neutralEnvironment(), ASPNETCORE_ENVIRONMENT: environment, DOTNET_ENVIRONMENT: environment, Wsmq__DataFolder: folder, ...settings };
  const [host, [, hub]] = await Process.start('dotnet', [built('Wsmq.Host'), '--urls', urls], env, /listening on +(\S+)\n/);
  setting.keep(host);
  return new URL('/', hub.replace('[::]', '127.0.0.1').replace('0.0.0.0', '127.0.0.1'));
}

/** Sends a text, and returns everything that comes back. */
async function raw({ hostname, port }, text) {
  const socket = connect(Number(port), hostname);
  socket.write(text);
  let answer = '';
  for await (const part of socket) answer += part;
  return answer;
}

describe('the tokens of the console', () => {
  const wsmq = Deployment.of();
  const url = () => new URL('/wsmq-console/token?user=alice', wsmq.node.hub);
  const ask = headers => send(url(), { method: 'POST', headers });

  test('are for the page of the host on this machine', async () => {
    const { status, text, headers } = await send(url(), ASKED);
    assert.equal(status, 200);
    assert.equal(headers['cache-control'], 'no-store');
    const messages = new URL('/wsmq-api/messages', wsmq.node.hub);
    const sent = await fetch(messages, {
      method: 'POST', headers: { Authorization: `Bearer ${JSON.parse(text).token}`, 'Content-Type': 'application/json' },
      body: '{"to":"user:bob","body":1}',
    });
    assert.equal(sent.status, 201);
    assert.equal((await ask({ Origin: url().origin })).status, 200);
    const localhost = `localhost:${url().port}`;
    assert.equal((await ask({ Host: localhost, Origin: `http://${localhost}` })).status, 200);
  });

  test('are not for pages of other origins, nor for requests that no page sends', async () => {
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { 'Sec-Fetch-Site': 'none' }, { Origin: 'https://evil.example' },
      { Origin: 'null' }, { Origin: `http://localhost:${Number(url().port) + 1}` }, { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' }, {},
    ]) assert.equal((await ask(headers)).status, 403, JSON.stringify(headers));
  });

  test('are not for a name that was pointed to this machine, nor for callers behind a proxy', async () => {
    const asked = ASKED.headers;
    for (const headers of [
      { Host: 'evil.example', ...asked }, { Host: `evil.example:${url().port}`, Origin: `http://evil.example:${url().port}` },
      { 'X-Forwarded-For': '192.0.2.1', ...asked }, { Forwarded: 'for=192.0.2.1', ...asked },
    ]) assert.equal((await ask(headers)).status, 404, JSON.stringify(headers));
  });

  test('are not for callers behind a forwarder on this machine that adds no header', async () => {
    // It passes bytes on, and with them the name under which it was called.
    const proxy = await wsmq.proxy(wsmq.node.hub);
    const { port } = new URL(proxy.hub);
    const target = `http://127.0.0.1:${port}/wsmq-console/token?user=alice`;
    for (const host of ['shop.example', `192.0.2.7:${port}`, 'localhost.shop.example', '127.0.0.1.shop.example:80', '[::2]']) {
      const { status } = await send(target, { method: 'POST', headers: { Host: host, ...ASKED.headers } });
      assert.equal(status, 404, host);
    }

    for (const header of ['Via', 'X-Forwarded-Proto', 'X-Forwarded-Server', 'X-Original-Host', 'X-Client-IP', 'CF-Connecting-IP']) {
      assert.equal((await ask({ [header]: 'x', ...ASKED.headers })).status, 404, header);
    }

    // As nginx asks without further settings: with its own name for the host.
    const head = [`POST ${url().pathname}${url().search} HTTP/1.0`, `Host: ${url().host}`, 'Sec-Fetch-Site: same-origin', 'Content-Length: 0'];
    const answer = await raw(url(), `${head.join('\r\n')}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 404 /);
  });

  test('are guarded as everything else that the console may do', async () => {
    for (const [method, path] of OTHERS.map(other => other.split(' '))) {
      const target = new URL(path, wsmq.node.hub);
      assert.equal((await send(target, { method, headers: { Origin: 'https://evil.example' } })).status, 403, path);
      assert.equal((await send(target, { method, headers: { Host: 'evil.example', 'Sec-Fetch-Site': 'same-origin' } })).status, 404, path);
    }
  });

  test('leave the root free of WebSockets: a client without the path of the hub in its URL is told so', async () => {
    const { status } = await send(new URL('/', url()), { headers: { Connection: 'Upgrade', Upgrade: 'websocket' } });
    assert.equal(status, 404);
  });

  test('are not for other machines', async () => {
    const outside = Object.values(networkInterfaces()).flat().find(one => !one.internal && one.family === 'IPv4');
    assert.ok(outside, 'this test needs a network interface besides loopback');
    const root = await start(wsmq, 'http://0.0.0.0:0', 'Development');
    const token = new URL('wsmq-console/token?user=alice', root);
    const headers = { Host: `localhost:${root.port}`, ...ASKED.headers };
    assert.equal((await send(token, { method: 'POST', headers, host: outside.address })).status, 404);
    assert.equal((await send(token, ASKED)).status, 200);
  });

  test('and the console do not exist where it is switched off, nor outside of Development', async () => {
    const issuer = 'Authentication__Schemes__Bearer__';
    const production = {
      [`${issuer}ValidAudiences__0`]: 'wsmq', [`${issuer}ValidIssuers__0`]: 'test', [`${issuer}SigningKeys__0__Issuer`]: 'test',
      [`${issuer}SigningKeys__0__Value`]: Buffer.alloc(32, 1).toString('base64'),
    };
    for (const [environment, settings] of [['Development', { Wsmq__Console: 'false' }], ['Production', production]]) {
      const root = await start(wsmq, 'http://127.0.0.1:0', environment, settings);
      assert.equal((await send(root)).status, 404, environment);
      assert.equal((await send(new URL('wsmq-console/token?user=alice', root), ASKED)).status, 404, environment);
      assert.equal((await send(new URL('wsmq-admin/', root))).status, 200, environment);
    }
  });
});
