import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { Setting } from './support/setting.js';

const APP = 'https://app.example';

describe('browsers', () => {
  const wsmq = Setting.of({ settings: { Options__Endpoint__AllowedOrigins__0: APP } });

  /** A client that sends the origin of its page, as a browser does. */
  function from(origin, options) {
    const connection = new HubConnectionBuilder()
      .withUrl(wsmq.node.hub, { accessTokenFactory: () => wsmq.node.token('bob'), headers: { Origin: origin }, ...options })
      .configureLogging(LogLevel.None)
      .build();
    return wsmq.keep(connection);
  }

  const ways = {
    'a WebSocket alone': { transport: HttpTransportType.WebSockets, skipNegotiation: true },
    'a negotiation': {},
  };
  for (const [name, options] of Object.entries(ways)) {
    test(`a page of an allowed origin, and one of the same origin, can connect with ${name}`, async () => {
      for (const origin of [APP, new URL(wsmq.node.hub).origin]) {
        const connection = from(origin, options);
        await connection.start();
        assert.ok((await connection.invoke('Send', { to: 'user:bob', body: 1 })).position);
      }
    });

    test(`a page of another origin cannot connect with ${name}`, async () => {
      for (const origin of ['https://evil.example', 'null', `${APP}.evil.example`]) await assert.rejects(from(origin, options).start());
    });
  }

  test('long polling is not offered', async () => {
    await assert.rejects(from(APP, { transport: HttpTransportType.LongPolling }).start(), /any of the available transports/);
  });

  test('the response to a page of another origin states the error code', async () => {
    for (const token of [wsmq.node.token('bob'), '']) {
      const response = await fetch(`${wsmq.node.hub}/negotiate?access_token=${token}`, { method: 'POST', headers: { Origin: 'https://evil.example' } });
      assert.equal(response.status, 403);
      assert.match(await response.text(), /^\[wsmq 1008 origin-not-allowed final\] /);
    }
  });
});
