/** Waits between attempts in milliseconds: the limit doubles from `min` to `max`; each wait is between half of the limit and all of it. */
export interface Backoff {
  /** The limit of the first wait. */
  min: number;

  /** The highest limit. */
  max: number;
}

// Half fixed, half random: an entirely random wait is sometimes close to zero, and many clients must not retry at the same moment.
export const waitOf = ({ min, max }: Backoff, attempt: number) =>
  Math.min(max, min * 2 ** Math.min(attempt, 30)) * (0.5 + Math.random() / 2);

/** A wait that can be ended early. */
export class Pause {
  #end: () => void = () => {};

  for(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  end(): void {
    this.#end();
  }
}

/** Waits, at most until a signal. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const pause = new Pause();
  const end = () => pause.end();
  signal.addEventListener("abort", end);
  await pause.for(milliseconds);
  signal.removeEventListener("abort", end);
}

/** Waits for a promise, at most for some milliseconds. Returns whether it settled in time; its failure counts. */
export async function settles(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const pause = new Pause();
  const isLate = {};
  const first = await Promise.race([promise.catch(() => {}), pause.for(milliseconds).then(() => isLate)]);
  pause.end();
  return first !== isLate;
}
