import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { WsmqClient } from '../dist/index.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { PACKAGE } from '../support/bundles.js';
import { at, ScriptedHub } from '../support/scripted-hub.js';

const FAST = { min: 5, max: 50 };
const ALICE = 'user:alice';
const { scenarios } = JSON.parse(await readFile(path.join(PACKAGE, '../scenarios.json'), 'utf8'));
const number = position => Number(position);

/** Executes the steps of a scenario with this client: some change what the hub does, some what the client does; `expected` are waits. */
class Run {
  handled = [];
  handling = [];
  #handlers = new Map();
  #fails = {};
  #refusals = {};
  #lost;
  #deadAfter = Infinity;
  #onConnect = [];
  #onResume = [];
  #nacks = [];
  #acks = {};
  #sends = [];
  #stored = new Map();
  #results = {};
  #connected = 0;

  constructor(hub) {
    this.hub = hub;
    hub.answer = (target, ...args) => this[`on${target}`](...args);
    hub.connected = () => this.server(this.#onConnect);
    this.client = new WsmqClient({ url: hub.hub, device: 'web', reconnectBackoff: FAST, sendBackoff: FAST, handlerBackoff: FAST, ackInterval: 100 });
    this.client.on('Line', ({ body: { text }, isState }) => this.#handle(isState ? `state ${text}` : text));
    this.client.listen('stateComplete', ({ position }) => { this.handled.push(`complete ${number(position)}`); });
    this.client.listen('cleared', ({ position }) => { this.handled.push(`cleared ${number(position)}`); });
    this.client.listen('gap', ({ after, before, reason }) => { this.handled.push(`gap ${number(after)} ${number(before)} ${reason}`); });
    this.client.listen('state', ({ state, previous }) => { if (state === 'connected' && previous !== state) this.#connected++; });
    this.client.listen('error', () => {});
  }

  // What the hub answers.
  onAck(source, position) {
    this.#acks[source] = number(position);
    return null;
  }

  onNack(source, position) {
    this.#nacks.push(number(position));
    const count = this.#nacks.filter(one => one === number(position)).length;
    if (count >= this.#deadAfter) this.hub.call('DeadLettered', source, position, count);
    return count;
  }

  onResume() {
    this.server(this.#onResume);
    return null;
  }

  onSendMany(messages) {
    const results = [];
    for (const message of messages) {
      const { id, body } = message;
      this.#sends.push([id, body]);
      const error = this.#refusals[body];
      delete this.#refusals[body];
      if (!error && !this.#stored.has(id)) this.#stored.set(id, [at(this.#stored.size + 1), body]);
      results.push({ number: results.length, id, ...(error ? { error } : { position: this.#stored.get(id)[0] }) });
      if (body !== this.#lost) continue;
      this.#lost = undefined;
      this.hub.connections.at(-1).terminate();
      return new Promise(() => {});
    }

    return results;
  }

  // Steps of the server.
  onConnect(entries) { this.#onConnect = entries; }
  whenResumed(entries) { this.#onResume = entries; }
  deadAfter(count) { this.#deadAfter = count; }
  refuse(errors) { this.#refusals = { ...errors }; }
  loseAnswer(body) { this.#lost = body; }
  forgetAcks() { this.#acks = {}; }
  cut() { this.hub.connections.at(-1).terminate(); }

  server(entries) {
    const delivery = entry => {
      const { at: position, previous = position - 1, source = ALICE } = typeof entry === 'number' ? { at: entry } : entry;
      const [id, body] = [`m${position}`, { text: String(position) }];
      return { source, position: at(position), previous: at(previous), id, sentAt: 1, type: 'Line', body };
    };
    for (const entry of entries) {
      if (entry.gap) this.hub.call('Gap', ALICE, at(entry.gap[0]), at(entry.gap[1]), entry.gap[2]);
      else if (entry.skipped) this.hub.call('Skipped', ALICE, ...entry.skipped.map(at));
      else if (entry.cleared) this.hub.call('Cleared', ALICE, at(entry.cleared));
      else if (entry.state) this.hub.call('State', ALICE, entry.state.map(delivery), entry.through === undefined ? null : at(entry.through));
      else if (entry.many) this.hub.call('ReceiveMany', entry.many.map(delivery));
      else if (entry.reconnect) this.hub.call('Reconnect', entry.reconnect);
      else this.hub.call('Receive', delivery(entry));
    }
  }

  // Steps of the client.
  start() { return this.client.start(); }
  fails(counts) { this.#fails = { ...counts }; }

  // Each load has the next result; one that has none waits for ever.
  snapshot(results) {
    const rest = [...results];
    this.client.snapshot(ALICE, () => {
      const result = rest.shift();
      if (result === undefined) return new Promise(() => {});
      this.handled.push(`load ${result}`);
      return result === 'fails' ? Promise.reject(new Error('not loaded')) : Promise.resolve(at(result));
    });
  }

  holds(texts) {
    for (const text of texts) {
      let go;
      this.#handlers.set(text, Object.assign(new Promise(resolve => { go = resolve; }), { go: () => go() }));
    }
  }

  lets(texts) { for (const text of texts) this.#handlers.get(text).go(); }

  send(texts) {
    for (const text of texts) {
      this.client.send('user:bob', 'Line', text).then(() => { this.#results[text] = 'stored'; }, e => { this.#results[text] = e.code; });
    }
  }

  // What has to come true.
  expected = {
    handled: texts => [this.handled, texts],
    handling: texts => [this.handling, texts],
    acked: expected => {
      const all = typeof expected === 'number' ? { [ALICE]: expected } : expected;
      return [Object.fromEntries(Object.keys(all).map(source => [source, this.#acks[source]])), all];
    },
    resumes: afters => [[...new Set(this.hub.of('Resume').map(([, after]) => number(after)))], afters],
    nacked: counts => {
      const own = position => this.#nacks.filter(one => one === Number(position)).length;
      return [Object.fromEntries(Object.entries(counts).map(([position, count]) => [position, Math.min(own(position), count)])), counts];
    },
    stored: bodies => [[...this.#stored.values()].map(([, body]) => body), bodies],
    sent: results => [Object.fromEntries(Object.keys(results).map(body => [body, this.#results[body]])), results],
    sameIds: () => [new Set(this.#sends.map(([id]) => id)).size, new Set(this.#sends.map(([, body]) => body)).size],
    connections: count => [this.#connected, count],
  };

  async #handle(text) {
    this.handling.push(text);
    await this.#handlers.get(text);
    if (this.#fails[text]-- > 0) throw new Error('not handled');
    this.handled.push(text);
  }
}

describe('the scenarios of all clients', () => {
  let hub;
  let run;
  beforeEach(async () => {
    hub = await ScriptedHub.start();
    run = new Run(hub);
  });
  afterEach(async () => {
    await run.client.stop();
    await hub.stop();
  });

  for (const { name, steps } of scenarios) {
    test(name, async () => {
      for (const step of steps) {
        const [[what, value]] = Object.entries(step);
        if (what === 'until') {
          await eventually(() => `handled: ${run.handled}`, () => {
            if (JSON.stringify(run.handled) === JSON.stringify(value.handled)) return true;
            run.server(value.server);
            return false;
          });
          continue;
        }

        const expected = run.expected[what];
        if (!expected) {
          await run[what === 'onResume' ? 'whenResumed' : what](value);
          continue;
        }

        const holds = () => {
          const [actual, wanted] = expected(value);
          return JSON.stringify(actual) === JSON.stringify(wanted);
        };
        await eventually(() => `${what}: ${JSON.stringify(expected(value))}`, holds, 20_000);
      }
    });
  }

  test('there are some', () => assert.ok(scenarios.length > 10));
});
