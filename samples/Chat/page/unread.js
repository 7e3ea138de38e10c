/** The type of what people write. The app's own lines, such as who has joined, need not be read. */
export const LINE = "line";

const roomOf = source => source.slice("group:".length);

/**
 * What was not read yet. A message is acknowledged when its handler's promise is fulfilled, and the acknowledgement is the read mark of its
 * sender: so the handlers here wait until the user has seen the message.
 */
export class Unread {
  #arrived = new Map();                    // room -> the positions of lines that were not read
  #read = new Map();                       // room -> the position up to which it was read, in any tab of this browser
  #waiting = new Map();                    // room -> the position that a handler waits with, and how it goes on
  #me;
  #isShown;
  #changed;
  #tabs;

  /**
   * @param isShown (room) => whether the user looks at the room in this tab
   * @param changed called when counts have changed
   */
  constructor(me, isShown, changed) {
    this.#me = me;
    this.#isShown = isShown;
    this.#changed = changed;

    // Tabs are devices of their own, which know nothing of each other's acknowledgements.
    this.#tabs = new BroadcastChannel(`chat of ${me}`);
    this.#tabs.onmessage = ({ data: { room, position } }) => this.#readThrough(room, position);
  }

  /** A message has arrived. Those before it may still wait to be seen. */
  arrived(message) {
    const room = roomOf(message.source);
    if (!this.#counts(message)) return;
    if (!this.#arrived.has(room)) this.#arrived.set(room, new Set());
    this.#arrived.get(room).add(message.position);
    this.look();
    this.#changed();
  }

  /** The promise of the handler of a message. */
  async seen(message, signal) {
    const room = roomOf(message.source);
    this.look();
    if (!this.#counts(message)) return;
    await new Promise((resolve, reject) => {
      this.#waiting.set(room, { position: message.position, resolve });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  /** The user looks at another room, or at this tab. */
  look() {
    for (const [room, positions] of this.#arrived) {
      if (positions.size === 0 || !this.#isShown(room)) continue;
      const position = [...positions].sort().at(-1);
      this.#readThrough(room, position);
      this.#tabs.postMessage({ room, position });
    }
  }

  /** The user has left the room. */
  forget(room) {
    this.#waiting.get(room)?.resolve();
    for (const all of [this.#waiting, this.#arrived, this.#read]) all.delete(room);
  }

  count(room) {
    return this.#arrived.get(room)?.size ?? 0;
  }

  get total() {
    return [...this.#arrived.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #counts({ source, position, type, sender }) {
    return type === LINE && sender !== this.#me && position > (this.#read.get(roomOf(source)) ?? "");
  }

  #readThrough(room, position) {
    if (position <= (this.#read.get(room) ?? "")) return;
    this.#read.set(room, position);
    const positions = this.#arrived.get(room);
    for (const one of positions ?? []) if (one <= position) positions.delete(one);
    const waiting = this.#waiting.get(room);
    if (waiting?.position <= position) {
      this.#waiting.delete(room);
      waiting.resolve();
    }

    this.#changed();
  }
}
