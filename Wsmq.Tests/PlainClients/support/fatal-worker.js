// A worker in a process of its own: node fatal-worker.js HUB TOKEN QUEUE. A job with { kills: N } ends the process, as by kill -9, once N
// others have begun there; on later attempts at once. The others last until then, and on later attempts for a moment.

import { startWorker } from './workers.js';

const MOMENT = 200;
const [hub, token, queue] = process.argv.slice(2);
let begun = 0;

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

await startWorker({ keep: () => {} }, hub, token, queue, async ({ body }, { lostLeases }) => {
  const isFirst = lostLeases === 0;
  if (body.kills !== undefined) {
    while (isFirst && begun < body.kills) await pause(5);
    process.kill(process.pid, 'SIGKILL');
  }
  begun++;
  if (isFirst) await new Promise(() => {});
  await pause(MOMENT);
});
console.log('connected');
