import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { eventually } from './eventually.js';

const RETRY_DELAYS = Array(400).fill(50);

/** A plain SignalR client as an app would write it: records what it receives, and acknowledges after its handler. */
export class Client {
  events = [];
  closed = null;
  #last = Promise.resolve();

  /**
   * @param show the app's handler of a delivery; without one deliveries are only recorded
   * @param ack whether to acknowledge deliveries after the handler
   * @param reconnect whether SignalR reconnects by itself
   */
  constructor(hub, token, { device, ack = true, show = async () => {}, reconnect = false } = {}) {
    const url = device === undefined ? hub : `${hub}?device=${encodeURIComponent(device)}`;
    const builder = new HubConnectionBuilder()
      .withUrl(url, { transport: HttpTransportType.WebSockets, skipNegotiation: true, ...(token && { accessTokenFactory: () => token }) })
      .configureLogging(LogLevel.None);
    if (reconnect) builder.withAutomaticReconnect(RETRY_DELAYS);
    const connection = this.connection = builder.build();

    connection.on('Receive', message => {
      this.events.push({ name: 'Receive', ...message });
      if (!ack) return;
      this.#last = this.#last.then(() => show(message)).then(() => connection.send('Ack', message.source, message.position));
      this.#last.catch(() => {});
    });
    connection.on('Gap', (source, after, before, reason) => this.events.push({ name: 'Gap', source, after, before, reason }));
    connection.on('Stalled', (source, position) => this.events.push({ name: 'Stalled', source, position }));
    connection.on('Live', message => this.events.push({ name: 'Live', ...message }));
    connection.onclose(error => { this.closed = error ?? new Error('closed without an error'); });
  }

  get received() {
    return this.events.filter(e => e.name === 'Receive');
  }

  get bodies() {
    return this.received.map(e => e.body);
  }

  get positions() {
    return this.received.map(e => e.position);
  }

  get gaps() {
    return this.events.filter(e => e.name === 'Gap');
  }

  get stalled() {
    return this.events.filter(e => e.name === 'Stalled');
  }

  start() {
    return this.connection.start();
  }

  stop() {
    return this.connection.stop();
  }

  send(to, body, more = {}) {
    return this.connection.invoke('Send', { to, type: 'test', body, ...more });
  }

  /** Completes once the cursor is stored. */
  ack(delivery) {
    return this.connection.invoke('Ack', delivery.source, delivery.position);
  }

  resume(source, after) {
    return this.connection.invoke('Resume', source, after);
  }

  receives(count) {
    return eventually(() => `${count} deliveries arrive; so far ${this.received.length}`, () => this.received.length >= count);
  }

  /** Waits until all handlers have finished, and until their acks are stored. */
  async settles() {
    await this.#last;
    const done = this.received.at(-1);
    if (done) await this.ack(done);
  }
}
