import { Client } from './client.js';
import { Deployment } from './deployment.js';
import { RawClient } from './raw-client.js';

/** The environment of a suite of plain clients. */
export class Setting extends Deployment {
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
}
