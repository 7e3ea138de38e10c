import { createInterface } from 'node:readline';

/**
 * The load programs of the scenario `work` speak lines of JSON with it: commands on standard input, answers on standard output. They end
 * with their standard input. Times are microseconds of the clock that all processes of the machine share.
 */
export const now = () => Number(process.hrtime.bigint() / 1000n);

const say = line => process.stdout.write(`${JSON.stringify(line)}\n`);

/** The arguments of the program: node PROGRAM produce|work REDIS_PORT QUEUE HOW_MANY WINDOW. */
export function options() {
  const [role, port, queue, many, window] = process.argv.slice(2);
  return { role, port: Number(port), queue, many: Number(many), window: Number(window) };
}

/** The body of a job, as text of 128 bytes: who sent it, its number, and when it was due. */
function bodyOf(producer, number, due) {
  return JSON.stringify({ producer, number, due, padding: '' }).slice(0, -2).padEnd(126, 'x') + '"}';
}

/**
 * Answers `{"count", "perSecond", "first"}` by sending that many jobs: each producer as many as its window allows at a time, or all of
 * them together at a steady rate. @param send sends one body over the given producer
 */
export function produce(many, window, send) {
  // Producers of several processes have numbers of their own.
  const ids = Array.from({ length: many }, (_, i) => process.pid * 1000 + i);
  const numbers = Array(many).fill(0);
  const sendOne = (producer, due) => send(producer, bodyOf(ids[producer], ++numbers[producer], due));

  serve(async ({ count, perSecond }) => {
    const started = now();
    await (perSecond ? paced(count, perSecond) : asFastAsPossible(count));
    say({ sent: count, started });
  });

  async function asFastAsPossible(count) {
    let left = count;
    const lane = async producer => { while (left-- > 0) await sendOne(producer, now()); };
    await Promise.all(Array.from({ length: many * window }, (_, i) => lane(i % many)));
  }

  async function paced(count, perSecond) {
    const [start, sends] = [now(), []];
    while (sends.length < count) {
      for (const due = n => start + n * 1e6 / perSecond; sends.length < count && due(sends.length) <= now();) {
        sends.push(sendOne(sends.length % many, Math.round(due(sends.length))));
      }

      await new Promise(resolve => setTimeout(resolve, 1));
    }

    await Promise.all(sends);
  }

  say({ ready: true });
}

/** Counts what workers do, and reports it while it changes; answers `{"collect": true}` with all of it, and begins anew. */
export class Work {
  #completed = 0;
  #started = [];
  #last = 0;
  #reported = 0;

  constructor() {
    setInterval(() => {
      if (this.#completed === this.#reported) return;
      this.#reported = this.#completed;
      say({ completed: this.#completed });
    }, 20);
    serve(async () => {
      say({ jobs: this.#started, last: this.#last });
      [this.#completed, this.#reported, this.#started] = [0, 0, []];
    });
  }

  ready() {
    say({ ready: true });
  }

  /** Call it when the handler of a job begins. */
  begin(body) {
    const { producer, number, due } = body;
    this.#started.push([producer, number, now() - due]);
  }

  /** Call it once the queue has confirmed the completion. */
  complete() {
    this.#completed++;
    this.#last = now();
  }
}

function serve(answer) {
  createInterface({ input: process.stdin })
    .on('line', line => { answer(JSON.parse(line)).catch(fail); })
    .on('close', () => process.exit(0));
}

/** Ends the program: a measurement must not be of a part of the load. */
export function fail(error) {
  console.error(error);
  process.exit(1);
}
