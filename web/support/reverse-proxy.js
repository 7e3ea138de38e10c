import { createServer, request } from 'node:http';

/** A proxy in front of several nodes, below a prefix if given: each request goes to the next node, so that nothing is sticky. */
export class ReverseProxy {
  /** How many requests each node got. */
  counts;
  #server;
  #roots;
  #prefix;
  #next = 0;

  static async start(roots, { prefix = '' } = {}) {
    const proxy = new ReverseProxy();
    proxy.#roots = roots.map(root => new URL(root));
    proxy.#prefix = prefix;
    proxy.counts = roots.map(() => 0);
    proxy.#server = createServer((incoming, answer) => proxy.#forward(incoming, answer));
    await new Promise(resolve => proxy.#server.listen(0, '127.0.0.1', resolve));
    proxy.root = `http://127.0.0.1:${proxy.#server.address().port}${prefix}/`;
    return proxy;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #forward(incoming, answer) {
    if (!incoming.url.startsWith(`${this.#prefix}/`)) return answer.writeHead(404).end();
    const turn = this.#next++ % this.#roots.length;
    this.counts[turn]++;
    const { hostname, port, pathname } = this.#roots[turn];
    const path = pathname.replace(/\/$/, '') + incoming.url.slice(this.#prefix.length);
    const outgoing = request({ hostname, port, path, method: incoming.method, headers: incoming.headers, agent: false }, received => {
      answer.writeHead(received.statusCode, received.headers);
      received.pipe(answer);
    });
    answer.on('close', () => outgoing.destroy());
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  }
}
