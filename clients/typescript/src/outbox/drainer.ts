import { pause, waitOf } from "../backoff.js";
import { outcomeUnknown, WsmqError } from "../errors.js";
import type { Receipt } from "../messages.js";
import type { Attempts } from "./attempts.js";
import type { Entry, EntryStore } from "./entries.js";
import { afterRefusal, isOfAnother, onWire, type Place, type Renumbering } from "./places.js";
import type { OutboxHost } from "./types.js";

/** The end of an entry. */
export interface Outcome {
  receipt?: Receipt;

  /** The text of a WsmqError. */
  refusal?: string;
}

const OUT_OF_SEQUENCE = 4010;
const TOO_MANY_SEQUENCES = 4026;

// Errors of a connection say nothing about the message, and those of the client itself are not final for one that is kept.
const isRefusal = (e: unknown): e is WsmqError => e instanceof WsmqError && !e.canRetry && e.number >= 2000 && e.number < 6000;

/**
 * Sends the entries of a store, those of one address one after another: the next one only after the one before it is stored or refused for
 * good. So the order holds whatever the server refuses for a time, and also where two tabs do this at once: they send the same entry
 * then, with the same number.
 */
export class Drainer {
  #queues = new Map<string, Entry[]>();
  #running = new Set<Promise<void>>();
  #isFinishing = false;
  #wake = () => {};

  /**
   * @param mayBegin whether the entries of an address may be sent now
   * @param ended called with the outcome of each entry
   */
  constructor(
    readonly store: EntryStore, readonly host: OutboxHost, readonly attempts: Attempts, readonly mayBegin: (to: string) => Promise<boolean>,
    readonly ended: (entry: Entry, outcome: Outcome) => void) {}

  /** There are new entries, or an address may begin now. */
  wake(): void {
    this.#wake();
  }

  /** Sends what is there and what comes, until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isFinishing = false;
    this.#queues.clear();
    const aborted = () => this.wake();
    signal.addEventListener("abort", aborted);
    try {
      for (let last = -Infinity; !signal.aborted && !this.#isFinishing;) {
        const woken = new Promise<void>(resolve => { this.#wake = resolve; });
        const entries = await this.store.load(last);
        if (last === -Infinity) this.#forget(entries);
        for (const entry of entries) {
          last = entry.key;
          const queue = this.#queues.get(entry.to);
          if (queue) queue.push(entry);
          else this.#queues.set(entry.to, [entry]);
        }

        for (const [to, queue] of this.#queues) this.#begin(to, queue, signal);
        await woken;
      }
    } finally {
      this.#isFinishing = true;
      signal.removeEventListener("abort", aborted);
      await Promise.all(this.#running);
    }
  }

  /** Begins no further entry. Settles when those in flight are answered. */
  async finish(): Promise<void> {
    this.#isFinishing = true;
    this.wake();
    await Promise.all(this.#running);
  }

  #begin(to: string, queue: Entry[] & { isRunning?: boolean }, signal: AbortSignal): void {
    if (queue.isRunning) return;
    queue.isRunning = true;
    const running = this.#drain(to, queue, signal).catch(e => this.host.events.error(e)).finally(() => {
      queue.isRunning = false;
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  async #drain(to: string, queue: Entry[], signal: AbortSignal): Promise<void> {
    if (!await this.mayBegin(to)) return;
    let attempt = 0;
    for (let entry; !signal.aborted && !this.#isFinishing && (entry = queue[0]);) {
      const outcome = await this.#send(entry, signal);
      if (outcome) {
        queue.shift();
        this.attempts.forget(entry.key);
        attempt = 0;
        await this.#settle(entry, outcome);
      } else if (!signal.aborted) {
        await pause(waitOf(this.host.settings.sendBackoff, attempt++), signal);
      }
    }

    if (queue.length === 0) this.#queues.delete(to);
  }

  /** Returns the outcome; undefined if the entry is to be sent again. */
  async #send({ key, to, json }: Entry, signal: AbortSignal): Promise<Outcome | undefined> {
    let wasSent = true;
    let place: Place | undefined;
    try {
      // Another tab may have sent or discarded it.
      if (!await this.store.has(key)) return {};
      if (this.attempts.isHopeless(key)) {
        return { refusal: outcomeUnknown(`the connection closed ${this.attempts.most} times while the message was sent`).message };
      }

      const given = await this.store.number(key);
      if (!given) return {};
      place = given.place;
      wasSent = !given.isNew;
      let attempts = 0;
      const receipt = await this.attempts.send(key, signal, tried => this.host.send(to, onWire(json, place), signal, isAnswered => {
        wasSent ||= attempts++ > 0;
        tried(isAnswered);
      }));

      // The first attempt is no repeat: another program has sent messages under the name of this producer.
      if (place && receipt && !wasSent && isOfAnother(receipt, json)) return await this.#renumber(key, place, "producer");
      return receipt && { receipt };
    } catch (e) {
      if (place && e instanceof WsmqError && e.number === OUT_OF_SEQUENCE) return await this.#outOfSequence(key, place, e, wasSent);
      if (e instanceof WsmqError && e.number === TOO_MANY_SEQUENCES) return await this.#changed(() => this.store.unnumber(key));
      if (isRefusal(e)) return { refusal: e.message };
      if (!(e instanceof WsmqError) && !signal.aborted) this.host.events.error(e);
      return undefined;
    }
  }

  #outOfSequence(key: number, place: Place, error: WsmqError, wasSent: boolean): Promise<Outcome | undefined> {
    const { how, isUnknown } = afterRefusal(error, wasSent);
    return this.#renumber(key, place, how, isUnknown ? outcomeUnknown("the server has forgotten what was sent", error) : undefined);
  }

  /** The next attempt has another number; after an error there is none. */
  async #renumber(key: number, place: Place, how: Renumbering["how"], unknown?: WsmqError): Promise<Outcome | undefined> {
    await this.#changed(() => this.store.renumber(key, place, how));
    return unknown && { refusal: unknown.message };
  }

  // A store that fails here is tried again with the next attempt, which is answered as this one was.
  async #changed(change: () => Promise<void>): Promise<undefined> {
    await change().catch(e => this.host.events.error(e));
  }

  // A store that fails here would have the entry sent again with the next page: it does not stop the entries after it.
  async #settle(entry: Entry, outcome: Outcome): Promise<void> {
    try {
      if (outcome.receipt) await this.store.remove(entry.key);
      if (outcome.refusal) await this.store.refuse(entry.key, outcome.refusal);
    } catch (e) {
      this.host.events.error(e);
    }

    this.ended(entry, outcome);
  }

  /** Other tabs may have ended entries that this one had sent. */
  #forget(entries: Entry[]): void {
    const waiting = new Set(entries.map(({ key }) => key));
    this.attempts.forgetThose(key => this.store.owns(key) && !waiting.has(key));
  }
}
