import RedisSMQ from 'rsmq';
import { Process } from './process.js';
import { built, neutralEnvironment } from './programs.js';

/** A producer as existing apps have it: the rsmq package, unchanged. */
export class Producer {
  #rsmq;

  /** @param realtime whether rsmq publishes a signal with each message */
  constructor(address, { realtime = false, ns = 'rsmq' } = {}) {
    const [host, port] = address.split(':');
    this.#rsmq = new RedisSMQ({ host, port: Number(port), ns, realtime });
  }

  create(qname, attributes = {}) {
    return this.#rsmq.createQueueAsync({ qname, ...attributes });
  }

  send(qname, message, more = {}) {
    return this.#rsmq.sendMessageAsync({ qname, message: typeof message === 'string' ? message : JSON.stringify(message), ...more });
  }

  receive(qname) {
    return this.#rsmq.receiveMessageAsync({ qname });
  }

  attributes(qname) {
    return this.#rsmq.getQueueAttributesAsync({ qname });
  }

  stop() {
    return this.#rsmq.quitAsync();
  }
}

/** The sample samples/RsmqBridge in a process of its own. */
export class Bridge {
  #process;

  /** @param settings its configuration, such as { 'Bridge:Queues:emails:To': 'work:emails' } */
  static async start(settings) {
    const bridge = new Bridge();
    const args = Object.entries(settings).map(([key, value]) => `--${key}=${value}`);
    const program = [built('samples/RsmqBridge'), '--urls', 'http://127.0.0.1:0', ...args];
    [bridge.#process] = await Process.start('dotnet', program, neutralEnvironment(), /Application started/);
    return bridge;
  }

  get output() {
    return this.#process.output;
  }

  stop() {
    return this.#process.stop();
  }

  kill() {
    return this.#process.kill();
  }
}
