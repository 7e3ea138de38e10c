import { Redis } from 'ioredis';
import RedisSMQ from 'rsmq';
import { fail, options, produce, Work } from './load.js';

// As the README of rsmq advises: receive, work, delete, again; and its option realtime, with one listener in a process. rsmq-worker would
// work on one message at a time, and looks at an empty queue after 1, 5 and 10 seconds.
const { role, port, queue, many, window } = options();
const LOOK_AGAIN = 1_000;

if (role === 'produce') {
  const clients = Array.from({ length: many }, () => new RedisSMQ({ host: '127.0.0.1', port, realtime: true }));
  await clients[0].createQueueAsync({ qname: queue }).catch(e => { if (e.name !== 'queueExists') fail(e); });
  produce(many, window, (producer, message) => clients[producer].sendMessageAsync({ qname: queue, message }));
} else {
  const work = new Work();
  const idle = [];
  const wake = () => idle.shift()?.();

  // A signal may be lost, and a message may become visible again without one.
  setInterval(wake, LOOK_AGAIN);
  await new Redis({ host: '127.0.0.1', port }).on('message', wake).subscribe(`rsmq:rt:${queue}`);
  for (let i = 0; i < many; i++) {
    const client = new RedisSMQ({ host: '127.0.0.1', port });
    if (i === 0) await client.createQueueAsync({ qname: queue }).catch(e => { if (e.name !== 'queueExists') fail(e); });
    for (let j = 0; j < window; j++) loop(client).catch(fail);
  }

  work.ready();

  async function loop(client) {
    for (;;) {
      const message = await client.receiveMessageAsync({ qname: queue });
      if (message.id === undefined) {
        await nextSignal();
        continue;
      }

      // One message may be the last signal of several: the next idle loop looks too.
      wake();
      work.begin(JSON.parse(message.message));
      if (await client.deleteMessageAsync({ qname: queue, id: message.id }) === 1) work.complete();
      else fail(new Error(`the message ${message.id} was deleted by another worker`));
    }
  }

  function nextSignal() {
    return new Promise(resolve => idle.push(resolve));
  }
}
