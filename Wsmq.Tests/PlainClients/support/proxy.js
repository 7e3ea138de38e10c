import { connect, createServer } from 'node:net';

/** A TCP proxy between a client and a node, which can cut connections and redirect new ones to another node. */
export class Proxy {
  #target;
  #server;
  #sockets = new Set();

  static async start(hub) {
    const proxy = new Proxy();
    proxy.leadTo(hub);
    proxy.#server = createServer(client => proxy.#join(client));
    await new Promise((resolve, reject) => proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const url = new URL(hub);
    url.port = proxy.#server.address().port;
    proxy.hub = url.href;
    return proxy;
  }

  leadTo(hub) {
    this.#target = new URL(hub);
  }

  /** Cuts every connection without a close. */
  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on the connections carry nothing, and stay open: their network has gone. */
  stall() {
    for (const socket of this.#sockets) socket.unpipe();
  }

  async stop() {
    this.cut();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #join(client) {
    const node = connect(Number(this.#target.port), this.#target.hostname);
    for (const [from, to] of [[client, node], [node, client]]) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
