import { ask, type Call } from "./call";
import type { Step } from "./types";

/** Repeats a call that is done in steps until nothing is left, or the signal comes. Returns how many it has changed. */
export async function inSteps(call: Call, progress: (count: number) => void, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (let next: string | null = ""; next !== null;) {
    const step: Step = await ask<Step>({ ...call, query: { ...call.query, next } }, { signal });
    count += step.count;
    progress(count);
    next = step.next;
  }

  return count;
}
