import { after, before } from 'node:test';
import { Process, TempFolder } from '../../Wsmq.Tests/PlainClients/support/process.js';
import { built, neutralEnvironment } from '../../Wsmq.Tests/PlainClients/support/programs.js';
import { startRedis } from '../../Wsmq.Tests/PlainClients/support/redis.js';
import { ReverseProxy } from './reverse-proxy.js';

/** Nodes of the app with the dashboard (web/DashboardApp), and what the tests of a suite open. All of it is removed after the suite. */
export class App {
  #kept = [];

  /** Call it inside describe. */
  static of({ nodes = 1, redis = nodes > 1, prefix, isLarge = false } = {}) {
    const app = new App();
    before(() => app.#open(nodes, redis, prefix, isLarge));
    after(() => app.#close());
    return app;
  }

  /** The root of each node. */
  roots = [];

  get root() {
    return this.roots[0];
  }

  keep(resource) {
    this.#kept.push(resource);
    return resource;
  }

  async proxy(options) {
    return this.keep(await ReverseProxy.start(this.roots, options));
  }

  /** A call of the HTTP API as a user. Returns the parsed answer. */
  async call(user, method, path, body) {
    const headers = { Authorization: `Bearer ${user}`, ...(body !== undefined && { 'Content-Type': 'application/json' }) };
    const answer = await fetch(new URL(`wsmq-api${path}`, this.root), { method, headers, body: typeof body === 'object' ? JSON.stringify(body) : body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  /** Sends a message as a user. The body is JSON text. Returns the receipt. */
  send(user, to, body, type = 'chat') {
    return this.call(user, 'POST', '/messages', `{"to":${JSON.stringify(to)},"type":"${type}","body":${body}}`);
  }

  async #open(nodes, redis, prefix, isLarge) {
    try {
      const folder = this.keep(await TempFolder.make()).path;
      const args = [built('web/DashboardApp'), '--urls', 'http://127.0.0.1:0'];
      if (prefix) args.push('--prefix', prefix);
      if (isLarge) args.push('--large', 'true');
      if (redis) {
        const store = await startRedis(folder);
        this.keep(store.server);
        args.push('--redis', store.address);
      } else {
        args.push('--database', `${folder}/wsmq.db`);
      }

      const env = { ...neutralEnvironment(), ASPNETCORE_ENVIRONMENT: 'Production', DOTNET_ENVIRONMENT: 'Production' };
      for (let i = 0; i < nodes; i++) {
        const [process, [, root]] = await Process.start('dotnet', args, env, /listening on (\S+)\n/);
        this.keep(process);
        this.roots.push(new URL(prefix ? `${prefix.slice(1)}/` : '', root).href);
      }
    } catch (e) {
      await this.#close();
      throw e;
    }
  }

  async #close() {
    for (const resource of this.#kept.splice(0).reverse()) await resource.stop();
  }
}
