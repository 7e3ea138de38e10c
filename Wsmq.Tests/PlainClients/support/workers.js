import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { keepConnected } from '../../../samples/JavaScript/wsmq.js';
import { work } from '../../../samples/JavaScript/worker.js';
import { eventually } from './eventually.js';

const ZERO = '00:00:00';
const EVERYBODY = { Workers__0: '*', Senders__0: '*', Managers__0: '*', MinBackoff: ZERO, MaxBackoff: ZERO };

/** Settings of the host that declare a queue for everybody. */
export const queue = (name, options = {}) =>
  Object.fromEntries(Object.entries({ ...EVERYBODY, ...options }).map(([key, value]) => [`Queues__${name}__${key}`, value]));

/**
 * The sample as an app uses it, and what its handlers were called with.
 * @param wsmq the setting, which ends its connection at the latest
 * @param handle a handler, or one for each type
 */
export async function startWorker(wsmq, hub, token, queue, handle, options = {}) {
  const jobs = [];
  const connection = new HubConnectionBuilder()
    .withUrl(hub, { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: () => token })
    .configureLogging(LogLevel.None)
    .build();
  const record = handler => async (message, job) => {
    jobs.push(job);
    await handler(message, job);
  };
  const handlers = typeof handle === 'function' ? record(handle) : Object.fromEntries(Object.entries(handle).map(([type, handler]) => [type, record(handler)]));
  const worker = work(connection, queue, handlers, options);
  const client = keepConnected(connection, { handle: async () => {}, missing: async () => {}, connected: () => worker.connected() });
  wsmq.keep(client);
  await client.started;
  return { jobs, worker, connection, stop: () => worker.stop().then(() => client.stop()) };
}

/** What tests ask of a queue, over the connection of a user who manages it. */
export class Queue {
  #client;

  constructor(client, address) {
    this.#client = client;
    this.address = address;
  }

  send(body, more) {
    return this.#client.send(this.address, body, more);
  }

  /** Sends messages in order, as fast as one connection may. */
  async sendMany(messages, atOnce = 100) {
    for (let from = 0; from < messages.length; from += atOnce) {
      const results = await this.#client.connection.invoke('SendMany', messages.slice(from, from + atOnce).map(m => ({ to: this.address, ...m })));
      const failed = results.find(result => result.error);
      if (failed) throw new Error(failed.error);
    }
  }

  call(method, ...more) {
    return this.#client.connection.invoke(method, this.address, ...more);
  }

  info() {
    return this.call('QueueInfo');
  }

  find(position) {
    return this.call('FindJob', position);
  }

  /** Waits until nothing is left but dead letters, and jobs that are delayed. @param delayed how many of these there are */
  isEmpty(delayed = 0) {
    return eventually(`${this.address} is empty`, async () => {
      const info = await this.info();
      return info.ready + info.leased + info.retrying + info.blocked === 0 && info.delayed === delayed;
    });
  }

  /** Waits until the job is a dead letter, and returns it. */
  dead(position) {
    return eventually('it is a dead letter', async () => {
      const job = await this.find(position);
      return job?.state === 'dead' && job;
    });
  }
}
