import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RequestRefusal, requests } from '../dist/requests.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { numbers } from '../support/pages.js';
import { queue, WorkSetting } from '../support/queues.js';

// Longer than any test takes: what fails within it was not a time-out.
const timeout = 120_000;

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`requests, ${nodes} nodes with ${store}`, () => {
    const wsmq = WorkSetting.of({ store, nodes, settings: { ...queue('thumbs'), Options__Nodes__AnswerTimeout: '00:00:30' } });

    /** A started client with its requests. @param prepare registers handlers */
    async function client(user, prepare = () => {}, options = {}) {
      const page = wsmq.page(user, { show: null, ...options });
      const made = requests(page.client);
      prepare(made);
      await page.client.start();
      return { ...made, page };
    }

    /** Two clients on the first and the last node: one that asks, and one that answers. */
    async function pair(prepare) {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const responder = await client(bob, prepare, { node: wsmq.nodes.at(-1) });
      const { request, page } = await client(alice, undefined, { node: wsmq.nodes[0] });
      const to = `user:${bob}`;
      const ask = (type, body, options = {}) => request(to, type, body, { timeout, ...options });

      // The offer is made after the start.
      await eventually('it answers', () => ask('ready', null).then(() => true, e => e.code !== 'no-responder'));
      return { alice, bob, to, ask, request, page, responder };
    }

    const ready = onRequest => onRequest('ready', () => null);

    test('a handler gets the request, and what it returns is the reply', async () => {
      const got = [];
      const { alice, bob, to, ask } = await pair(({ onRequest }) => {
        ready(onRequest);
        onRequest('double', async request => {
          got.push(request);
          return { n: request.body.n * 2 };
        });
        onRequest('bytes', ({ body }) => body);
      });
      const reply = await ask('double', { n: 21 }, { headers: { h: 'ü' }, correlationId: 'c' });
      assert.deepEqual([reply.body, reply.responder], [{ n: 42 }, bob]);
      const [{ id, ...request }] = got;
      assert.equal(typeof id, 'string');
      assert.deepEqual([request.body, request.sender, request.to, request.type, request.headers, request.correlationId],
        [{ n: 21 }, alice, to, 'double', { h: 'ü' }, 'c']);
      assert.deepEqual((await ask('bytes', new Uint8Array([1, 2, 255]))).body, new Uint8Array([1, 2, 255]));
      assert.deepEqual((await Promise.all(numbers(1, 50).map(n => ask('double', { n })))).map(({ body }) => body.n), numbers(1, 50).map(n => 2 * n));
    });

    test('a refusal reaches the requester, any other error only as a code', async () => {
      const { ask, responder } = await pair(({ onRequest }) => {
        ready(onRequest);
        onRequest('refuse', () => { throw new RequestRefusal('sold-out', 'No shoes (of size 9)'); });
        onRequest('fail', () => { throw new TypeError('secret content'); });
        onRequest('large', () => 'x'.repeat(300_000));
      });
      const refused = await ask('refuse', 1).catch(e => e);
      assert.deepEqual([refused.code, refused.canRetry, refused.cause.code, refused.cause.text], ['request-failed', false, 'sold-out', 'No shoes (of size 9)']);
      const failed = await ask('fail', 1).catch(e => e);
      assert.deepEqual([failed.code, failed.cause.code, failed.cause.text], ['request-failed', 'handler-failed', '']);
      assert.doesNotMatch(failed.message, /secret|TypeError/);
      assert.equal((await ask('large', 1).catch(e => e)).cause.code, 'invalid-reply');
      assert.equal((await ask('unknown', 1).catch(e => e)).code, 'no-responder');
      assert.deepEqual(responder.page.errors.map(error => error.message).slice(0, 1), ['secret content']);
      responder.page.errors.length = 0;
    });

    test('a time-out and a cancelled request abort the signal of the handler', async () => {
      const signals = [];
      const { ask } = await pair(({ onRequest }) => {
        ready(onRequest);
        onRequest('slow', (request, { signal }) => {
          signals.push(signal);
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
        });
      });
      const late = await ask('slow', 1, { timeout: 300 }).catch(e => e);
      assert.equal(late.code, 'request-timeout');
      const controller = new AbortController();
      const cancelled = ask('slow', 2, { signal: controller.signal }).catch(e => e);
      await eventually('it is handled', () => signals.length === 2);
      controller.abort(new Error('changed my mind'));
      assert.equal((await cancelled).message, 'changed my mind');
      await eventually('both handlers are told', () => signals.every(({ aborted }) => aborted));
    });

    test('one of the clients of a user gets each request, and after one has stopped the other', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      const counts = [0, 0];
      const answering = i => ({ onRequest }) => onRequest('count', () => ++counts[i] && i);
      const [one, two] = [await client(bob, answering(0), { device: 'a' }), await client(bob, answering(1), { device: 'b', node: wsmq.nodes.at(-1) })];
      const { request } = await client(alice);
      const ask = () => request(`user:${bob}`, 'count', null, { timeout });
      await eventually('one answers', () => ask().then(() => true, () => false));
      const asked = 20;
      const before = counts[0] + counts[1];
      await Promise.all(numbers(1, asked).map(ask));
      assert.equal(counts[0] + counts[1] - before, asked);
      await one.page.stop();
      await eventually('the other one answers', () => ask().then(({ body }) => body === 1, () => false));
      await two.page.stop();
      assert.equal((await ask().catch(e => e)).code, 'no-responder');
    });

    test('a request to a queue is answered by a worker; a handler that fails is called again', async () => {
      const [alice, bob] = wsmq.users('alice', 'bob');
      let failures = 0;
      const responder = await client(bob, ({ onRequest }) => {
        onRequest('thumb', ({ body, to, sender }) => {
          if (failures++ === 0) throw new Error('busy');
          return { body, to, sender };
        }, { at: 'work:thumbs' });
        onRequest('refuse', () => { throw new RequestRefusal('no-such-picture'); }, { at: 'work:thumbs' });
        onRequest('large', () => 'x'.repeat(300_000), { at: 'work:thumbs' });
      }, { node: wsmq.nodes.at(-1), maxBodyBytes: 400_000 });
      const { request } = await client(alice);
      const ask = (type, body) => request('work:thumbs', type, body, { timeout });
      const reply = await eventually('it answers', () => ask('thumb', 'a.png').catch(e => e.code !== 'no-responder' && e));
      assert.deepEqual([reply.body, reply.responder], [{ body: 'a.png', to: 'work:thumbs', sender: alice }, bob]);
      assert.equal((await ask('refuse', 1).catch(e => e)).cause.code, 'no-such-picture');

      // More than the server takes, and not more than the client was told.
      assert.equal((await ask('large', 1).catch(e => e)).cause.code, 'invalid-reply');
      await (await wsmq.queue('work:thumbs')).isEmpty();
      assert.equal(responder.page.errors.at(-1).code, 'message-too-large');
      responder.page.errors.length = 0;

      // Nobody waits for these: one that is refused is not lost.
      const jobs = await wsmq.queue('work:thumbs');
      const refused = await jobs.send('b.png', { type: 'refuse' });
      await jobs.send('c.png', { type: 'thumb' });
      assert.equal((await jobs.dead(refused)).reason, 'no-such-picture');
      await jobs.isEmpty();
      assert.deepEqual(responder.page.errors, []);
    });
  });
}

test('the text of a refusal is read from the error', () => {
  assert.throws(() => new RequestRefusal('Not a code'), RangeError);
  assert.equal(new RequestRefusal('a.b-1', 'x'.repeat(300)).text.length, 256);
});
