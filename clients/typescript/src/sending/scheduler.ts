import { waitOf, type Backoff } from "../backoff.js";
import { Send, Sequence, type Outcome } from "./sequence.js";

// A frame that is larger than the server accepts ends the connection. A character has at most three bytes, so that this is below what any
// server accepts beside its largest message.
const MOST_CHARACTERS = 16 * 1024;

/**
 * Decides which send is written next, which one is repeated and when. Sends to one address enter its sequence in the order of the calls
 * and are written in that order. After a lost connection or a refusal with a retry, a sequence waits for the results of all its sends in
 * flight and repeats those without a receipt, in order, before any new one; the ids make the repeat harmless. A message sent after a
 * refused one may be stored already, and is then before it in the log.
 */
export class Scheduler {
  #sequences = new Map<string, Sequence>();
  #waiting = new Set<Send>();
  #ready: Send[] = [];
  #outstanding = 0;
  #connected = false;

  /**
   * @param mostOutstanding how many sends may be in sequences; the others wait
   * @param changed called when something is ready to be written
   * @param left called with each send that has its outcome
   */
  constructor(
    readonly mostOutstanding: number, readonly backoff: Backoff, readonly changed: () => void, readonly left: (send: Send) => void) {}

  get isQuiet(): boolean {
    return ![...this.#sequences.values()].some(sequence => sequence.inFlight > 0);
  }

  add(send: Send): void {
    this.#waiting.add(send);
    this.#admit();
  }

  connect(): void {
    this.#connected = true;
    for (const sequence of this.#sequences.values()) this.#reopen(sequence);
  }

  /** From here on sends wait for the next connection. Those in flight may still be answered. */
  leave(): void {
    this.#connected = false;
  }

  /** The connection is lost: what was written and has no result is repeated over the next one. */
  disconnect(written: Iterable<Send>): void {
    this.leave();
    const unanswered = [...written, ...this.#ready.splice(0)];

    // All sequences first, before one send leaves and frees a slot: a send that is admitted then must not overtake the others.
    for (const send of unanswered) send.sequence!.draining = true;
    for (const send of unanswered) this.answered(send, {});
  }

  /** Takes as many sends that are ready as fit into a frame. */
  take(): Send[] {
    const frame: Send[] = [];
    let size = 0;
    while (this.#ready.length > 0) {
      const send = this.#ready[0]!;
      if (send.settled || send.sequence!.draining) {
        // The caller has its outcome already, or the send would overtake those to be repeated.
        this.#ready.shift();
        this.answered(send, {});
        continue;
      }

      size += send.json.length;
      if (frame.length > 0 && size > MOST_CHARACTERS) break;
      this.#ready.shift();
      send.attempted = true;
      frame.push(send);
    }

    return frame;
  }

  answered(send: Send, { receipt, error, retryAfter = 0 }: Outcome): void {
    const sequence = send.sequence!;
    sequence.inFlight--;
    send.inFlight = false;
    if (receipt) sequence.attempts = 0;
    if (receipt || error) send.settle(receipt, error);
    if (!send.settled) {
      sequence.draining = true;
      sequence.retryAfter = Math.max(sequence.retryAfter, retryAfter);
    }

    this.leaveIfSettled(send);
    if (!sequence.draining || sequence.inFlight > 0 || !this.#connected) return;
    if (sequence.sends.size === 0) return this.#reopen(sequence);
    clearTimeout(sequence.timer);
    const wait = Math.max(waitOf(this.backoff, sequence.attempts++), sequence.retryAfter);
    sequence.timer = setTimeout(() => this.#reopen(sequence), wait);
  }

  /** A send has its outcome. One in flight keeps its slot until it has a result: the server counts it. */
  leaveIfSettled(send: Send): void {
    if (!send.settled) return;
    this.left(send);
    if (send.inFlight) return;
    this.#waiting.delete(send);
    const { sequence } = send;
    if (!sequence) return;
    send.sequence = undefined;
    sequence.sends.delete(send);
    if (sequence.sends.size === 0) {
      clearTimeout(sequence.timer);
      this.#sequences.delete(sequence.to);
    }

    this.#outstanding--;
    this.#admit();
  }

  #admit(): void {
    for (const send of this.#waiting) {
      if (this.#outstanding >= this.mostOutstanding) return;
      this.#waiting.delete(send);
      this.#outstanding++;
      let sequence = this.#sequences.get(send.to);
      if (!sequence) this.#sequences.set(send.to, sequence = new Sequence(send.to));
      send.sequence = sequence;
      sequence.sends.add(send);
      if (!sequence.draining) this.#issue(sequence, send);
    }
  }

  #reopen(sequence: Sequence): void {
    clearTimeout(sequence.timer);
    if (!this.#connected) return;
    sequence.draining = false;
    sequence.retryAfter = 0;
    for (const send of sequence.sends) this.#issue(sequence, send);
  }

  #issue(sequence: Sequence, send: Send): void {
    if (!this.#connected) return;
    send.inFlight = true;
    sequence.inFlight++;
    this.#ready.push(send);
    this.changed();
  }
}
