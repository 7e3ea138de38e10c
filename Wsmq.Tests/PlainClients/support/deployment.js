import { after, before } from 'node:test';
import { Node } from './node.js';
import { TempFolder } from './process.js';
import { Proxy } from './proxy.js';
import { startRedis } from './redis.js';

let made = 0;

/** Nodes on one store, and everything that the tests of a suite open. All of it is removed after the suite. Needs no package. */
export class Deployment {
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
    const deployment = new this();
    before(() => deployment.#open(store, appendOnly, nodes, settings));
    after(() => deployment.#close());
    return deployment;
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
