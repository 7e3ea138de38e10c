import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { WsmqClient } from '../dist/index.js';
import { presence } from '../dist/presence.js';
import { RequestRefusal, requests } from '../dist/requests.js';
import { tracking } from '../dist/tracking.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { PACKAGE } from '../support/bundles.js';
import { at, ScriptedHub } from '../support/scripted-hub.js';

const FAST = { min: 5, max: 50 };
const ALICE = 'user:alice';
const { scenarios } = JSON.parse(await readFile(path.join(PACKAGE, '../scenarios.json'), 'utf8'));
const number = position => Number(position);
const here = user => ({ user, status: 'online', devices: [{ device: 'web', since: 1, status: 'online' }] });
const presenceOf = (address, version, members = []) => ({ address, version, online: members.length, away: 0, members: members.map(here) });
const changesOf = ({ came }) => came && [{ before: { user: came, status: 'offline', devices: [] }, after: here(came) }];
const statusOf = state => ({ to: 'user:bob', position: at(5), id: 'm5', state, storedAt: 1, delivered: 1, acknowledged: 0, deadLettered: 0 });
const pageOf = (source, { entries, next }) => ({
  entries: entries.map(one => ({ source, position: at(one), previous: at(one - 1), id: `m${one}`, sentAt: 1, type: 'Line', body: one })),
  next: next === undefined ? null : at(next), tail: at(99),
});

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
  #answers = {};
  #seen = [];
  #read = [];
  #replies = {};
  #statuses = [];
  #waited;

  constructor(hub) {
    this.hub = hub;
    hub.answer = (target, ...args) => this.#answers[target] ? this.#answerTo(target, args) : this[`on${target}`]?.(...args) ?? null;
    hub.connected = () => this.server(this.#onConnect);
    this.client = new WsmqClient({ url: hub.hub, device: 'web', reconnectBackoff: FAST, sendBackoff: FAST, handlerBackoff: FAST, ackInterval: 100 });
    this.client.on('Line', ({ body: { text }, isState }) => this.#handle(isState ? `state ${text}` : text));
    this.client.listen('stateComplete', ({ position }) => { this.handled.push(`complete ${number(position)}`); });
    this.client.listen('cleared', ({ position }) => { this.handled.push(`cleared ${number(position)}`); });
    this.client.listen('gap', ({ after, before, reason }) => { this.handled.push(`gap ${number(after)} ${number(before)} ${reason}`); });
    this.client.listen('state', ({ state, previous }) => { if (state === 'connected' && previous !== state) this.#connected++; });
    this.client.listen('error', () => {});
    this.people = presence(this.client);
    this.requests = requests(this.client);
    this.tracked = tracking(this.client);
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

  // Each call has the next answer, the last one all that follow.
  onMessageStatus() {
    const state = this.#statuses.length > 1 ? this.#statuses.shift() : this.#statuses[0];
    return state && statusOf(state);
  }

  #answerTo(target, [address]) {
    const answers = this.#answers[target];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === 'cut') {
      this.cut();
      return new Promise(() => {});
    }

    if (answer.error) throw new Error(answer.error);
    if (target === 'WatchPresence') return presenceOf(address, answer.version, answer.members);
    if (target === 'History') return pageOf(address, answer);
    return answer;
  }

  // Steps of the server.
  answers(answers) { this.#answers = structuredClone(answers); }
  onConnect(entries) { this.#onConnect = entries; }
  whenResumed(entries) { this.#onResume = entries; }
  statuses(states) { this.#statuses = [...states]; }
  tell(state) { this.hub.call('StatusChanged', [statusOf(state)]); }
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

  calls(calls) {
    for (const { presence: address, request, ...call } of calls) {
      if (request) this.hub.call('Request', { id: request, to: ALICE, type: 'Line', timeout: 60_000, ...call });
      else this.hub.call('Presence', { ...presenceOf(address, call.version), members: undefined, changes: changesOf(call), error: call.error });
    }
  }

  // Steps of the client.
  watch(address) {
    this.people.watch(address, {
      onSync: ({ members }) => this.#seen.push(`all ${members.map(({ user }) => user)}`),
      onChange: changes => this.#seen.push(changes.map(({ after }) => `${after.user} ${after.status}`).join(', ')),
      onError: ({ code }) => this.#seen.push(code),
    });
  }

  wait(state) {
    this.tracked.waitFor('user:bob', { id: 'm5', position: at(5) }, state)
      .then(status => { this.#waited = status.state; }, e => { this.#waited = e.code; });
  }

  say(own) { this.people.set(own).catch(() => {}); }

  request(bodies) {
    for (const body of bodies) {
      this.requests.request('user:bob', 'Line', body).then(
        reply => { this.#replies[body] = reply.body; },
        e => { this.#replies[body] = e.cause?.code ? `${e.code} ${e.cause.code}` : e.code; });
    }
  }

  // What a body is refused with; one without a code fails.
  respond(refusals) {
    this.requests.onRequest('Line', ({ body }) => {
      if (refusals[body]) throw new RequestRefusal(refusals[body]);
      if (body in refusals) throw new Error('not answered');
      return body;
    });
  }

  async #readAll(query) {
    try {
      for await (const { position } of this.client.history(ALICE, query)) this.#read.push(String(number(position)));
    } catch (e) {
      this.#read.push(e.code);
    }
  }

  history(query) { void this.#readAll(query); }

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
    seen: lines => [this.#seen, lines],
    read: positions => [this.#read, positions],
    asked: count => [this.hub.of('MessageStatus').length, count],
    waited: result => [this.#waited, result],
    replied: results => [Object.fromEntries(Object.keys(results).map(body => [body, this.#replies[body]])), results],
    answered: expected => {
      const all = [...this.hub.of('Reply').map(([id, { body }]) => [id, body]), ...this.hub.of('RefuseRequest')];
      return [Object.fromEntries(all.map(([id, answer]) => [id, answer])), expected];
    },
    called: counts => {
      const [[target, expected]] = Object.entries(counts);
      const calls = this.hub.of(target);
      return [typeof expected === 'number' ? calls.length : calls, expected];
    },
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
          return isDeepStrictEqual(actual, wanted);
        };
        await eventually(() => `${what}: ${JSON.stringify(expected(value))}`, holds, 20_000);
      }
    });
  }

  test('there are some', () => assert.ok(scenarios.length > 10));
});
