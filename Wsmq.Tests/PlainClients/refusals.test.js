import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refuses } from './support/errors.js';
import { Setting } from './support/setting.js';

const MAX_BODY = 256 * 1024;

describe('refusals', () => {
  const wsmq = Setting.of();

  /** Each message is refused with the error, none is delivered, and the connection stays usable. */
  async function allRefused(number, code, messagesFor) {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.connect(bob);
    const sender = await wsmq.connect(alice);
    for (const message of messagesFor(`user:${bob}`)) await refuses(sender.connection.invoke('Send', message), number, code);
    await sender.send(`user:${bob}`, 'still here');
    await receiver.receives(1);
    assert.deepEqual(receiver.bodies, ['still here']);
  }

  const addresses = (number, code, ...texts) => () => allRefused(number, code, to => [
    ...texts.map(text => ({ to: text, body: 1 })),
    ...texts.filter(text => text !== null && text !== undefined).map(text => ({ to, body: 1, replyTo: text })),
  ]);

  test('an address without a colon, or no address', addresses(2001, 'invalid-address', 'bob', '', null, undefined));
  test('an unknown address kind', addresses(2002, 'unknown-address-kind',
    'usr:bob', 'User:bob', ' user:bob', ':bob', 'topic:x', 'us\u0435r:bob', '\ufeffuser:bob'));
  test('an empty name', addresses(2003, 'invalid-name', 'user:', 'group:'));
  test('a name that is too long', addresses(2004, 'name-too-long',
    `user:${'x'.repeat(257)}`, `user:${'ü'.repeat(129)}`, `group:${'世'.repeat(86)}`));
  test('names with characters that look like others', addresses(2003, 'invalid-name',
    'user:аlice', 'user:ｂob', 'user:bο\u0062', 'user:ﬁn', 'user:e\u0301ve', 'user:Ⅷ', 'user:①', 'user:a\u00a0b', 'user:\u3164'));
  test('names with invisible characters', addresses(2003, 'invalid-name',
    'user:b\u200dob', 'user:b\u200bob', 'user:\ufeffbob', 'user:bob\u202e', 'user:b\u00adob', 'user:bob\ufe0f',
    'user:b\u2060ob', 'user: bob', 'user:bob '));
  test('names with control characters', addresses(2003, 'invalid-name',
    'user:bob\n', 'user:\tbob', 'user:b\u0000b', 'user:b\u001eb', 'user:b\u007fb', 'user:b\u0085b', 'user:b\u2028b'));
  test('half a surrogate pair', () => allRefused(2008, 'invalid-message', to => [
    { to: 'user:\ud800', body: 1 }, { to, body: 1, id: '\udc00' }, { to, body: 1, headers: { a: '\ud800' } },
  ]));
  test('a queue for competing consumers', () => allRefused(2010, 'unknown-queue', () => [{ to: 'work:jobs', body: 1 }]));
  test('a group that the sender is not a member of', () => allRefused(3001, 'send-not-allowed', () => [{ to: 'group:staff', body: 1 }]));
  test('a reply-to that the sender may not send to', () => allRefused(3003, 'reply-to-not-allowed', to => [
    { to, body: 1, replyTo: 'group:staff' }, { to, body: 1, replyTo: 'work:jobs' },
  ]));
  test('a forged sender', () => allRefused(2009, 'sender-not-allowed', to => [
    { to, body: 1, sender: 'carol' }, { to, body: 1, sender: null }, { to, body: 1, sender: 5 },
  ]));

  test('fields of the wrong type', () => allRefused(2008, 'invalid-message', to => [
    'text', 5, true, [], [{ to }], null,
    { to: 5, body: 1 }, { to: [to], body: 1 }, { to: { to }, body: 1 },
    { to, body: 1, id: 5 }, { to, body: 1, type: {} }, { to, body: 1, correlationId: [] }, { to, body: 1, replyTo: false },
    { to, body: 1, headers: [] }, { to, body: 1, headers: 'a' }, { to, body: 1, headers: { a: 1 } }, { to, body: 1, headers: { a: null } },
    { to, body: 1, headers: { '': 'a' } }, { to, data: '%%%' }, { to, data: 5 }, { to, data: [1, 2] }, { to, data: 'AAA' },
    { to, data: 'AAAA', contentType: 5 }, { to, body: 1, contentType: 'text/plain' },
  ]));

  test('values out of range', () => allRefused(2008, 'invalid-message', to => [
    { to, body: 1, id: '' }, { to, body: 1, id: 'x'.repeat(129) }, { to, body: 1, id: 'ü'.repeat(65) }, { to, body: 1, id: 'a\u001eb' },
    { to, body: 1, type: '' }, { to, body: 1, type: 'x'.repeat(129) }, { to, body: 1, type: 'a\nb' },
    { to, body: 1, correlationId: 'x'.repeat(129) }, { to, body: 1, correlationId: '\u0000' },
    { to, data: 'AAAA', contentType: '' }, { to, data: 'AAAA', contentType: 'x'.repeat(129) },
  ]));

  test('a body together with data, and a body that is nested too deeply', () => allRefused(2006, 'invalid-body', to => [
    { to, body: 1, data: 'AAAA' }, { to, body: null, data: 'AAAA' }, { to, body: 1, data: '' },
    { to, body: JSON.parse('['.repeat(50) + ']'.repeat(50)) },
  ]));

  test('a body over 256 KiB, also as bytes, and headers over 4 KiB', () => allRefused(2007, 'message-too-large', to => [
    { to, body: 'x'.repeat(MAX_BODY - 1) }, { to, body: 'x'.repeat(MAX_BODY + 100_000) },
    { to, data: Buffer.alloc(MAX_BODY + 1).toString('base64') },
    { to, body: 1, headers: { a: 'x'.repeat(4096) } }, { to, body: 1, headers: { a: 'ü'.repeat(2048) } },
  ]));

  test('values at the limits are accepted', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.connect(bob);
    const sender = await wsmq.connect(alice);
    const text = 'x'.repeat(MAX_BODY - 2);
    const bytes = Buffer.alloc(MAX_BODY, 7).toString('base64');
    const deep = JSON.parse('['.repeat(48) + ']'.repeat(48));
    const long = 'x'.repeat(128);
    await sender.send(`user:${bob}`, text);
    await sender.connection.invoke('Send', { to: `user:${bob}`, data: bytes, contentType: long });
    const headers = { a: 'x'.repeat(4095) };
    await sender.connection.invoke('Send', { to: `user:${bob}`, body: deep, headers, id: long, type: long, correlationId: long });
    await receiver.receives(3);
    assert.equal(receiver.received[0].body, text);
    assert.equal(receiver.received[1].data, bytes);
    assert.deepEqual(receiver.received[2].body, deep);
  });

  test('null counts as not set, and unknown fields are ignored', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const receiver = await wsmq.connect(bob);
    const sender = await wsmq.connect(alice);
    const to = `user:${bob}`;
    const nulls = { id: null, type: null, data: null, contentType: null, headers: null, correlationId: null, replyTo: null };
    await sender.connection.invoke('Send', { to, body: 1, ...nulls });
    await sender.connection.invoke('Send', { to, body: 2, color: 'red', position: '1', source: 'user:carol' });
    await sender.connection.invoke('Send', { to });
    await receiver.receives(3);
    assert.deepEqual(receiver.received.map(({ id, sentAt, position, previous, name, ...rest }) => rest), [
      { source: to, sender: alice, body: 1 }, { source: to, sender: alice, body: 2 }, { source: to, sender: alice, body: null },
    ]);
  });

  test('the addresses of Ack and Resume are validated in the same way', async () => {
    const [bob] = wsmq.users('bob');
    const client = await wsmq.connect(bob);
    for (const method of ['Ack', 'Resume']) {
      const call = source => client.connection.invoke(method, source, '0000000000000000');
      await refuses(call('bob'), 2001, 'invalid-address');
      await refuses(call(null), 2001, 'invalid-address');
      await refuses(call(`usr:${bob}`), 2002, 'unknown-address-kind');
      await refuses(call('user:'), 2003, 'invalid-name');
      await refuses(call(`user:${bob}\u200b`), 2003, 'invalid-name');
      await refuses(call(`user:${'x'.repeat(257)}`), 2004, 'name-too-long');
      await refuses(call(`user:${bob.toUpperCase()}`), 3002, 'read-not-allowed');
      await call(`user:${bob}`);
    }
  });

  test('the connection stays usable after calls that do not match a hub method', async () => {
    const [bob] = wsmq.users('bob');
    const client = await wsmq.connect(bob);
    const calls = [
      ['Ack', 5, 5], ['Ack', `user:${bob}`, 5], ['Ack'], ['Resume', {}, []], ['Send'], ['Send', {}, {}],
      ['Receive', {}], ['OnConnectedAsync'], ['Dispose'],
    ];
    for (const call of calls) await assert.rejects(client.connection.invoke(...call), `${call}`);
    await client.send(`user:${bob}`, 'still here');
    await client.receives(1);
    assert.deepEqual(client.events.map(e => e.name), ['Receive']);
  });
});
