import { Session } from '../dist/connection/session.js';
import { work } from '../dist/work.js';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Setting } from './pages.js';

const ZERO = '00:00:00';
const EVERYBODY = { Workers__0: '*', Senders__0: '*', Managers__0: '*', MinBackoff: ZERO, MaxBackoff: ZERO };

/** Settings of the host that declare a queue for everybody. */
export const queue = (name, options = {}) =>
  Object.fromEntries(Object.entries({ ...EVERYBODY, ...options }).map(([key, value]) => [`Queues__${name}__${key}`, value]));

/** The environment of a suite of workers. */
export class WorkSetting extends Setting {
  /** A client on the last node that works on a queue, and the jobs that its handler was called with. */
  async worker(address, handle, { stopTimeout = 5_000, concurrency, unknownTypeDelay, refused, ...options } = {}) {
    const [user] = this.users('worker');
    const page = this.page(user, { node: this.nodes.at(-1), show: null, ...options });
    const jobs = [];
    const record = handler => async (message, job) => {
      jobs.push({ message, job });
      await handler(message, job);
    };
    const handlers = typeof handle === 'function'
      ? record(handle)
      : Object.fromEntries(Object.entries(handle).map(([type, one]) => [type, record(one)]));
    const worker = work(page.client, address, handlers, { stopTimeout, concurrency, unknownTypeDelay, refused });
    await page.client.start();
    return { page, worker, jobs };
  }

  /** A connection of a user who manages a queue, on the first node. */
  async queue(address) {
    const [user] = this.users('manager');
    const session = this.keep(new Queue(address, `${this.node.hub}?store=true`, this.node.token(user)));
    await session.start();
    return session;
  }
}

class Queue extends Session {
  constructor(address, url, token) {
    super(url, token, () => {});
    this.address = address;
  }

  async send(body, more = {}) {
    return this.call('Send', { to: this.address, type: 'test', body, ...more });
  }

  ask(method, ...more) {
    return this.call(method, this.address, ...more);
  }

  isEmpty() {
    return eventually(`${this.address} is empty`, async () => {
      const { ready, leased, retrying, blocked, delayed } = await this.ask('QueueInfo');
      return ready + leased + retrying + blocked + delayed === 0;
    });
  }

  dead({ position }) {
    return eventually('it is a dead letter', async () => {
      const job = await this.ask('FindJob', position);
      return job?.state === 'dead' && job;
    });
  }

  stop() {
    this.close();
  }
}
