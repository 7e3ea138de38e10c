import { HubConnectionBuilder, HttpTransportType, LogLevel } from '@microsoft/signalr';
import { eventually } from '../../Wsmq.Tests/PlainClients/support/eventually.js';

/** A client of the hub of the app, without a client library of ours. */
async function connect(app, user, device) {
  const url = new URL(`wsmq?device=${device}`, app.root).href;
  const connection = new HubConnectionBuilder()
    .withUrl(url, { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: () => user })
    .configureLogging(LogLevel.None).build();
  for (const name of ['Gap', 'StoreState', 'DeadLettered', 'Stalled', 'Live', 'Job', 'JobCancelled', 'HandBackJobs', 'Receive', 'Reconnect'])
    connection.on(name, () => {});
  await connection.start();
  return connection;
}

/** Works on the jobs of a queue. */
export class Worker {
  #count = 0;

  static async start(app, queue, handle) {
    const worker = new Worker();
    worker.connection = await connect(app, 'mona', 'worker');
    const address = `work:${queue}`;
    worker.connection.on('Job', async given => {
      const end = (method, ...more) => worker.connection.invoke(method, address, given.message?.position ?? given.position, given.token, ...more);
      await handle({ ...given, complete: () => end('Complete'), reject: reason => end('Reject', reason) });
      worker.#count++;
    });
    await worker.connection.invoke('Work', address, 4);
    return worker;
  }

  ended(count) {
    return eventually(`${count} jobs have ended`, () => this.#count >= count);
  }

  stop() {
    return this.connection.stop();
  }
}

/** A device of a user that fails to handle what it gets, or handles it. */
export class Device {
  received = [];
  #isStopping = false;
  #last = Promise.resolve();

  static async start(app, user, name, handle) {
    const device = new Device();
    device.connection = await connect(app, user, name);
    device.connection.on('Receive', message => {
      device.received.push(message);
      if (handle === 'ack') device.connection.send('Ack', message.source, message.position);
      else if (handle && !device.#isStopping) device.#last = device.#last.then(() => device.connection.invoke('Nack', message.source, message.position, handle));
    });
    return device;
  }

  has(count) {
    return eventually(`${count} messages have arrived`, () => this.received.length >= count);
  }

  // The last answer may still be on its way when the dead letter can be seen.
  async stop() {
    this.#isStopping = true;
    await this.#last;
    await this.connection.stop();
  }
}
