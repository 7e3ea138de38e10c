import { after, before } from 'node:test';
import { Client } from './client.js';
import { Node } from './node.js';
import { TempFolder } from './process.js';
import { Proxy } from './proxy.js';
import { RawClient } from './raw-client.js';
import { startRedis } from './redis.js';

let made = 0;

/** The environment of a suite: nodes on one store, and everything that its tests open. All of it is removed after the suite. */
export class Setting {
  #kept = [];
  #folder;
  #settings;

  /**
   * Call it inside describe.
   * @param store 'embedded' or 'redis'
   * @param appendOnly whether the data of Redis survives a stop
   * @param settings see Node.start
   */
  static of({ store = 'embedded', appendOnly = false, nodes = 1, settings = {} } = {}) {
    const setting = new Setting();
    before(() => setting.#open(store, appendOnly, nodes, settings));
    after(() => setting.#close());
    return setting;
  }

  nodes = [];

  /** The Redis of the nodes: its process and its address. */
  redis = null;

  get node() {
    return this.nodes[0];
  }

  /** User names that are unique within the suite. */
  users(...names) {
    made++;
    return names.map(name => `${name}-${made}`);
  }

  /** A plain client that is not connected yet; see Client. */
  client(user, options = {}) {
    const node = options.node ?? this.node;
    return this.keep(new Client(options.hub ?? node.hub, options.token ?? node.token(user, options.claims), options));
  }

  async connect(user, options) {
    const client = this.client(user, options);
    await client.start();
    return client;
  }

  /** A connected WebSocket without a client library. */
  async connectRaw(user) {
    const client = this.keep(new RawClient(this.node.hub, this.node.token(user)));
    await client.start();
    return client;
  }

  async proxy(hub) {
    return this.keep(await Proxy.start(hub));
  }

  /** Starts a further node on the same store, with the same key. */
  async startNode() {
    const node = this.keep(await Node.start(this.#folder, this.#settings));
    this.nodes.push(node);
    return node;
  }

  /** Starts Redis again after its server was stopped. */
  async restartRedis() {
    const stopped = this.#kept.indexOf(this.redis.server);
    this.redis = await startRedis(this.#folder, { appendOnly: true, again: this.redis.port });

    // In its place: the nodes stop before it.
    this.#kept[stopped] = this.redis.server;
  }

  keep(resource) {
    this.#kept.push(resource);
    return resource;
  }

  async #open(store, appendOnly, nodes, settings) {
    try {
      this.#folder = this.keep(await TempFolder.make()).path;
      this.#settings = settings;
      if (store === 'redis') {
        this.redis = await startRedis(this.#folder, { appendOnly });
        this.keep(this.redis.server);
        this.#settings = { Redis: this.redis.address, ...settings };
      }
      for (let i = 0; i < nodes; i++) await this.startNode();
    } catch (e) {
      await this.#close();
      throw e;
    }
  }

  async #close() {
    const failures = [];
    for (const resource of this.#kept.splice(0).reverse()) {
      try {
        await resource.stop();
      } catch (e) {
        failures.push(e);
      }
    }

    if (failures.length > 0) throw new AggregateError(failures, failures.map(e => e.message).join('\n'));
  }
}
