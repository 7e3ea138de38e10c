import { Queue, Worker } from 'bullmq';
import { fail, options, produce, Work } from './load.js';

// As https://docs.bullmq.io advises: connections for each queue and worker, several workers in several processes, a concurrency for each,
// and jobs that are removed when they are completed.
const { role, port, queue, many, window } = options();
const host = '127.0.0.1';

if (role === 'produce') {
  const queues = Array.from({ length: many }, () => new Queue(queue, { connection: { host, port } }));
  await Promise.all(queues.map(q => q.waitUntilReady()));
  produce(many, window, (producer, body) => queues[producer].add('job', JSON.parse(body), { removeOnComplete: true }));
} else {
  const work = new Work();
  const workers = Array.from({ length: many }, () => {
    const worker = new Worker(queue, async job => { work.begin(job.data); }, {
      connection: { host, port, maxRetriesPerRequest: null }, concurrency: window,
    });
    worker.on('completed', () => work.complete());
    worker.on('failed', (_, error) => fail(error));
    worker.on('error', fail);
    return worker;
  });
  await Promise.all(workers.map(w => w.waitUntilReady()));
  work.ready();
}
