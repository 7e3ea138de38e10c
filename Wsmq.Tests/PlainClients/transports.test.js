import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';

describe('transports', () => {
  const wsmq = Setting.of();

  /** A page that acknowledges each message after its handler, without handling failures. Without a transport SignalR chooses one. */
  async function connect(user, transport) {
    const shown = [];
    const show = async m => { shown.push(m); };
    const connection = wsmq.keep(new HubConnectionBuilder()
      .withUrl(`${wsmq.node.hub}?device=web`, { accessTokenFactory: () => wsmq.node.token(user), transport })
      .withAutomaticReconnect()
      .configureLogging(LogLevel.None)
      .build());
    let last = Promise.resolve();
    connection.on('Receive', m => { last = last.then(() => show(m)).then(() => connection.send('Ack', m.source, m.position)); });
    await connection.start();
    return { connection, shown, settled: () => last };
  }

  for (const [name, transport] of Object.entries({ 'server-sent events': HttpTransportType.ServerSentEvents, 'long polling': HttpTransportType.LongPolling })) {
    test(`the transport ${name} is not offered`, async () => {
      const [alice] = wsmq.users('alice');
      await assert.rejects(connect(alice, transport), /Unable to connect to the server with any of the available transports/);
    });
  }

  const transports = {
    'the negotiated transport': undefined,
    'WebSockets': HttpTransportType.WebSockets,
  };
  for (const [name, transport] of Object.entries(transports)) {
    test(name, async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const sender = await connect(alice, transport);
      for (let n = 0; n < 20; n++) await sender.connection.invoke('Send', { to: `user:${bob}`, type: 'chat', body: { text: 'hi', n } });
      const first = await connect(bob, transport);
      await eventually('all are shown', () => first.shown.length === 20);
      assert.deepEqual(first.shown.map(m => m.body.n), Array.from({ length: 20 }, (_, n) => n));
      await first.settled();
      await first.connection.invoke('Ack', `user:${bob}`, first.shown.at(-1).position);
      await first.connection.stop();

      const second = await connect(bob, transport);
      const { position } = await sender.connection.invoke('Send', { to: `user:${bob}`, body: 'new' });
      await eventually('the new message is shown', () => second.shown.length > 0);
      assert.deepEqual(second.shown.map(m => m.position), [position]);
      await second.settled();
    });
  }

  test('a frame far over the limit closes the connection, and automatic reconnect continues with unacknowledged messages', async () => {
    const [alice, bob] = wsmq.users('alice', 'bob');
    const sender = await wsmq.connect(alice);
    const { position } = await sender.send(`user:${bob}`, 1);
    const client = await wsmq.connect(bob, { ack: false, reconnect: true });
    await client.receives(1);
    await assert.rejects(client.send(`user:${alice}`, 'x'.repeat(1_000_000)));
    await client.receives(2);
    assert.deepEqual(client.positions, [position, position]);
  });
});
