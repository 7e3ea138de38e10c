import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { reading } from '../dist/reading.js';
import { tracking } from '../dist/tracking.js';
import { PACKAGE } from '../support/bundles.js';
import { Setting } from '../support/pages.js';

const { groups, scenarios } = JSON.parse(await readFile(path.join(PACKAGE, '../node-scenarios.json'), 'utf8'));
const settings = { Options__DeadLetters__MaxAttempts: 2 };
for (const [group, users] of Object.entries(groups)) users.forEach((user, i) => { settings[`Groups__${group}__${i}`] = user; });

const all = async items => {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
};

/** A client of a scenario: its user, and its device if the name has one. */
class Reader {
  handled = [];
  #held = new Map();
  #fails = new Set();

  constructor(wsmq, node, name) {
    const [user, device = 'web'] = name.split(' ');
    this.page = wsmq.page(user, { node, token: node.token(user), device, show: null });
    this.client = this.page.client;
    this.tracked = tracking(this.client);
    this.client.on('Line', async ({ body }) => {
      await this.#held.get(body);
      if (this.#fails.has(body)) throw new Error('not handled');
      this.handled.push(body);
    });
  }

  filter({ source, headers }) { return reading(this.client).setFilter(source, { headers }); }
  fails(texts) { texts.forEach(text => this.#fails.add(text)); }
  lets(texts) { texts.forEach(text => this.#held.get(text).go()); }

  holds(texts) {
    for (const text of texts) {
      let go;
      this.#held.set(text, Object.assign(new Promise(resolve => { go = resolve; }), { go: () => go() }));
    }
  }
}

/** Executes the steps of a scenario: some change what clients do, `expected` are waits. */
class Run {
  #readers = new Map();
  #sent = new Map();
  #told = new Map();
  #asks;
  #byId = false;

  constructor(wsmq) {
    this.wsmq = wsmq;
  }

  #reader(name) {
    const node = this.#asks || name.includes(' ') ? this.wsmq.nodes.at(-1) : this.wsmq.node;
    if (!this.#readers.has(name)) this.#readers.set(name, new Reader(this.wsmq, node, name));
    return this.#readers.get(name);
  }

  async start(names) {
    for (const name of names) {
      const reader = this.#reader(name);
      this.#asks ??= reader;
      reader.tracked.listen(({ id, state }) => this.#told.set(id, state));
      await reader.client.start();
    }
  }

  async stop(names) {
    for (const name of names) {
      await this.#readers.get(name).client.stop();
      this.#readers.delete(name);
    }
  }

  asks(name) { [this.#asks, this.#byId] = [this.#readers.get(name), true]; }
  async filter(filters) { for (const [name, filter] of Object.entries(filters)) await this.#reader(name).filter(filter); }
  fails(of) { for (const [name, texts] of Object.entries(of)) this.#reader(name).fails(texts); }
  holds(of) { for (const [name, texts] of Object.entries(of)) this.#reader(name).holds(texts); }
  lets(of) { for (const [name, texts] of Object.entries(of)) this.#reader(name).lets(texts); }

  async send({ to, texts, ...options }) {
    for (const text of texts) {
      this.#sent.set(text, { to, receipt: await this.#asks.client.send(to, 'Line', text, { track: true, ...options }) });
    }
  }

  async ends(of) {
    for (const [text, state] of Object.entries(of)) {
      const { to, receipt } = this.#sent.get(text);
      assert.equal((await this.#asks.tracked.waitFor(to, receipt, 'acknowledged')).state, state, text);
    }
  }

  async unknown(texts) { for (const text of texts) assert.equal(await this.#status(text), null); }

  async finish() { for (const { client } of this.#readers.values()) await client.stop(); }

  // Another client than that which has the receipt asks by the id.
  #status(text) {
    const { to, receipt: { id, position } } = this.#sent.get(text);
    return this.#asks.tracked.status(to, this.#byId ? { id } : { position });
  }

  // What has to come true of one text, client or address.
  expected = {
    status: async text => (await this.#status(text)).state,
    counts: async text => {
      const { delivered, acknowledged, deadLettered } = await this.#status(text);
      return [delivered, acknowledged, deadLettered];
    },
    readers: async text => {
      const { to, receipt } = this.#sent.get(text);
      const readers = await all(this.#asks.tracked.readers(to, receipt.position));
      return readers.map(({ device, user, state }) => `${device ?? user} ${state}`);
    },
    told: text => this.#told.get(this.#sent.get(text).receipt.id),
    listed: async to => {
      const ids = new Map([...this.#sent].map(([text, { receipt }]) => [receipt.id, text]));
      return (await all(this.#asks.tracked.list(to))).map(({ id }) => ids.get(id));
    },
    handled: name => this.#readers.get(name).handled,
  };
}

for (const [store, nodes] of [['embedded', 1], ['redis', 2]]) {
  describe(`the scenarios of all clients over ${nodes} nodes with ${store}`, () => {
    const wsmq = Setting.of({ store, nodes, settings });

    for (const { name, steps } of scenarios) {
      test(name, async () => {
        const run = new Run(wsmq);
        for (const step of steps) {
          const [[what, value]] = Object.entries(step);
          if (!run.expected[what]) {
            await run[what](value);
            continue;
          }

          for (const [of, wanted] of Object.entries(value)) {
            let last;
            await eventually(() => `${what} of ${of}: ${JSON.stringify(wanted)}; it is ${JSON.stringify(last)}`, async () => {
              last = await run.expected[what](of);
              return isDeepStrictEqual(last, wanted);
            });
          }
        }

        await run.finish();
      });
    }
  });
}
