import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { eventually } from './support/eventually.js';
import { RawClient } from './support/raw-client.js';
import { Setting } from './support/setting.js';
import { sign } from './support/tokens.js';

const HOUR = 3600;
const now = () => Math.floor(Date.now() / 1000);

describe('access', () => {
  const wsmq = Setting.of();

  /** The HTTP status of both ways to connect: the negotiation and the WebSocket itself. */
  async function statuses(token) {
    const { hub } = wsmq.node;
    const query = token === undefined ? '' : `?access_token=${token}`;
    const negotiation = await fetch(`${hub}/negotiate${query}`, { method: 'POST' });
    const socket = await new Promise(resolve => RawClient.status(hub, token, resolve));
    return [negotiation.status, socket];
  }

  const refused = token => async () => {
    const made = token();
    assert.deepEqual(await statuses(made), [401, 401]);
    await assert.rejects(wsmq.client(null, { token: made ?? '' }).start());
  };

  const part = (token, index, change) => token.split('.').map((text, i) => (i === index ? change(text) : text)).join('.');
  const payload = change => text => Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(text, 'base64url'))))).toString('base64url');

  test('a valid token is accepted', async () => {
    assert.deepEqual(await statuses(wsmq.node.token('bob')), [200, 101]);
  });

  test('a request without a token is refused', refused(() => undefined));
  test('an empty token is refused', refused(() => ''));
  test('a malformed token is refused', refused(() => 'nonsense'));
  test('an expired token is refused', refused(() =>
    wsmq.node.token('bob', { nbf: now() - 2 * HOUR, iat: now() - 2 * HOUR, exp: now() - HOUR })));
  test('a token without an expiry is refused', refused(() => wsmq.node.token('bob', { exp: undefined })));
  test('a token not yet valid is refused', refused(() => wsmq.node.token('bob', { nbf: now() + 24 * HOUR, exp: now() + 25 * HOUR })));
  test('a token for another audience is refused', refused(() => wsmq.node.token('bob', { aud: 'shop' })));
  test('a token without an audience is refused', refused(() => wsmq.node.token('bob', { aud: undefined })));
  test('a token from another issuer is refused', refused(() => wsmq.node.token('bob', { iss: 'https://id.example' })));
  test('a token signed with another key is refused', refused(() => sign(randomBytes(32), 'bob')));
  test('a token without a signature is refused', refused(() => part(wsmq.node.token('bob'), 2, () => '')));
  test('a token whose user was changed after signing is refused', refused(() =>
    part(wsmq.node.token('bob'), 1, payload(claims => ({ ...claims, sub: 'alice' })))));
  test('a token with the algorithm none is refused', refused(() =>
    part(part(wsmq.node.token('bob'), 0, payload(() => ({ alg: 'none', typ: 'JWT' }))), 2, () => '')));

  test('a connection is closed when its token expires', async () => {
    // The framework accepts a token for five more minutes after it expires (clock skew), but closes a connection at the time of expiry.
    // On a busy machine a short token may expire before the connection is accepted: then a longer one is tried.
    let [client, accepted] = [null, null];
    for (const seconds of [2, 6, 20]) {
      client = wsmq.client('bob', { claims: { exp: now() + seconds } });
      accepted = await client.start().then(() => client.send('user:bob', 1)).catch(() => null);
      if (accepted) break;
    }

    assert.ok(accepted, 'a call succeeds before the token expires');
    await eventually('the connection is closed', () => client.closed);
  });

  test('the health endpoints require no token', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const response = await fetch(new URL(path, wsmq.node.hub));
      assert.deepEqual([response.status, await response.text()], [200, 'Healthy']);
    }
  });
});
