import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { eventually } from './support/eventually.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

const WINDOW = 256;
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

for (const store of stores) {
  describe(`batches, ${store} store`, () => {
    const wsmq = Setting.of({ store, settings: { Options__Delivery__StallAfter: '00:00:00.5' } });

    async function sendAll(to, bodies) {
      const sender = await wsmq.connect(wsmq.users('alice')[0]);
      for (let from = 0; from < bodies.length; from += 100) await Promise.all(bodies.slice(from, from + 100).map(n => sender.send(to, n)));
    }

    /** A page that requests batches (several deliveries in one call). The test registers its handlers. */
    function page(user) {
      const warnings = [];
      const log = (level, text) => level >= LogLevel.Warning && warnings.push(text);
      const connection = wsmq.keep(new HubConnectionBuilder()
        .withUrl(`${wsmq.node.hub}?device=web&batch=true`,
          { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: () => wsmq.node.token(user) })
        .configureLogging({ log })
        .build());
      return { connection, warnings };
    }

    test('asynchronous handlers receive hundreds of messages in order and once, and one ack covers a whole batch', async () => {
      const [bob] = wsmq.users('bob');
      await sendAll(`user:${bob}`, numbers(1, 600));
      const { connection, warnings } = page(bob);
      const [shown, calls] = [[], []];
      let [open, most] = [0, 0];
      let chain = Promise.resolve();
      async function show(messages) {
        for (const message of messages) {
          most = Math.max(most, ++open);
          await new Promise(setImmediate);
          shown.push(message.body);
          open--;
        }

        // Its answer comes when it is stored: a busy node may otherwise deliver to the next connection what is acknowledged a moment later.
        await connection.invoke('Ack', messages.at(-1).source, messages.at(-1).position);
      }
      const take = messages => {
        calls.push(messages.length);
        chain = chain.then(() => show(messages));
      };
      connection.on('Receive', message => take([message]));
      connection.on('ReceiveMany', take);

      // Called if this page, or the store, stands still for a while: without handlers the library would warn.
      for (const call of ['Stalled', 'StoreState']) connection.on(call, () => {});
      await connection.start();
      await eventually(() => `all are shown; so far ${shown.length}`, () => shown.length === 600);
      await sendAll(`user:${bob}`, [601]);
      await eventually('a single message arrives as Receive', () => calls.at(-1) === 1 && shown.length === 601);
      assert.deepEqual(shown, numbers(1, 601));
      assert.equal(most, 1, 'handlers run one after another');
      assert.ok(Math.max(...calls) > 1, `a call had several deliveries: ${calls}`);
      assert.deepEqual(warnings, []);
      await chain;
      await connection.stop();

      const again = await wsmq.connect(bob, { device: 'web' });
      await sendAll(`user:${bob}`, ['new']);
      await again.receives(1);
      assert.deepEqual(again.bodies, ['new'], 'no acknowledged message is delivered again');
    });

    test('without a handler for ReceiveMany the library warns, the window stays full, and a client without batches gets all', async () => {
      const [bob] = wsmq.users('bob');
      await sendAll(`user:${bob}`, numbers(1, 300));
      const { connection, warnings } = page(bob);
      const [single, stalled] = [[], []];
      connection.on('Receive', message => single.push(message.body));
      connection.on('Stalled', (source, position) => stalled.push(position));
      await connection.start();
      await eventually('the server waits for acks', () => stalled.length === 1);
      assert.ok(single.length < WINDOW, `some deliveries were in batches: ${single}`);
      assert.match(warnings.join('\n'), /No client method with the name 'receivemany' found/);
      await connection.stop();

      const again = await wsmq.connect(bob, { device: 'web' });
      await again.receives(300);
      assert.deepEqual(again.bodies, numbers(1, 300));
      assert.deepEqual(again.gaps, []);
    });
  });
}
