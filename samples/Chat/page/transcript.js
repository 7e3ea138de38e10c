import { element, timeOf } from "./elements.js";
import { markOf } from "./marks.js";
import { LINE } from "./unread.js";

const PAGE = 30;
const NEAR = 40;                           // pixels from an end that count as being there
const NOTES = { joined: "has joined", left: "has left" };

/** The messages of the room that is open: its newest ones from the history, older ones when the user scrolls up, and what arrives. */
export class Transcript {
  #client;
  #sent;
  #me;
  #scroller;
  #list;
  #earlier;
  #room;                                   // what is open, with its lines in the order of their positions
  #unsent = new Map();                     // id -> an own message that the server has not stored yet, of any room

  /** @param sent what becomes of the user's messages, see `@wsmq/client/tracking` */
  constructor({ client, sent, me, scroller, list, earlier }) {
    [this.#client, this.#sent, this.#me] = [client, sent, me];
    [this.#scroller, this.#list, this.#earlier] = [scroller, list, earlier];
    earlier.addEventListener("click", () => this.more());
    scroller.addEventListener("scroll", () => { if (scroller.scrollTop < NEAR) this.more(); });
    sent.listen(status => this.#take(status));
  }

  open(address) {
    this.#room = { address, lines: [], statuses: new Map(), next: undefined, isLoading: false };
    this.#list.replaceChildren(...[...this.#unsent.values()].filter(({ to }) => to === address).map(({ row }) => row));
    return this.more();
  }

  close() {
    this.#room = undefined;
    this.#list.replaceChildren();
    this.#earlier.hidden = true;
  }

  /** Loads the next older page. */
  async more() {
    const room = this.#room;
    if (!room || room.isLoading || room.next === null) return;
    room.isLoading = true;
    this.#list.ariaBusy = "true";          // nobody wants to hear all of the past
    try {
      const page = await this.#client.historyPage(room.address, { newest: true, max: PAGE, before: room.next });
      if (room !== this.#room) return;
      const { scrollHeight, scrollTop } = this.#scroller;
      for (const message of page.entries) this.#put(room, message);
      this.#earlier.hidden = page.next === null;
      this.#scroller.scrollTop = room.next === undefined ? this.#scroller.scrollHeight : scrollTop + this.#scroller.scrollHeight - scrollHeight;
      room.next = page.next;
      await this.#loadMarks(room, page.entries);
    } catch (error) {
      console.warn(error);                 // no connection for a long time: the next one tries again
    } finally {
      room.isLoading = false;
      this.#list.ariaBusy = "false";
    }
  }

  /** There is a connection again: events in between were lost. */
  async connected() {
    const room = this.#room;
    if (room?.next === undefined) return this.more();
    await this.#loadMarks(room, room.lines.map(({ message }) => message)).catch(console.warn);
  }

  /** A message has arrived, of any room. */
  show(message) {
    if (message.sender === this.#me) this.#stored(message.id);
    const room = this.#room;
    if (message.source !== room?.address) return;
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#put(room, message);
    if (isAtEnd || message.sender === this.#me) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** The user has sent a message, in this page if it is its own: it is shown before the server has it. */
  sending(to, id, body, { isOwn = true } = {}) {
    const row = rowOf({ sender: this.#me, type: LINE, body, sentAt: Date.now() }, this.#me);
    row.mark.textContent = "Waiting";
    row.mark.disabled = true;
    this.#unsent.set(id, { to, row, isOwn });
    if (to !== this.#room?.address) return;
    this.#list.append(row);
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Shows the messages that wait, and no longer those of other pages that do not: they were stored, discarded, or refused and told there. */
  waiting(messages) {
    for (const { to, id, body } of messages) if (!this.#unsent.has(id)) this.sending(to, id, body, { isOwn: false });
    const ids = new Set(messages.map(({ id }) => id));
    for (const [id, { isOwn }] of this.#unsent) if (!isOwn && !ids.has(id)) this.#stored(id);
  }

  /** The server does not take a message. Returns whether this tab shows it. */
  refused(id, why) {
    const unsent = this.#unsent.get(id);
    if (unsent) unsent.row.mark.textContent = `Not sent: ${why}`;
    return unsent !== undefined;
  }

  #stored(id) {
    this.#unsent.get(id)?.row.remove();
    this.#unsent.delete(id);
  }

  #put(room, message) {
    if (message.sender === this.#me) this.#stored(message.id);
    if (message.type !== LINE && !isNote(message)) return;
    const at = room.lines.findLastIndex(line => line.message.position <= message.position) + 1;
    if (room.lines[at - 1]?.message.position === message.position) return;
    const row = rowOf(message, this.#me, () => this.#showReaders(message));
    const line = { message, row };
    const waiting = [...this.#unsent.values()].find(({ to }) => to === room.address)?.row;
    this.#list.insertBefore(row, room.lines[at]?.row ?? waiting ?? null);
    room.lines.splice(at, 0, line);
    this.#mark(room, line);
  }

  /** What has become of own messages, from the oldest to the newest of those that were loaded. */
  async #loadMarks(room, messages) {
    const own = messages.filter(({ sender, type }) => sender === this.#me && type === LINE);
    if (own.length === 0) return;
    own.sort((a, b) => a.position < b.position ? -1 : 1);
    for await (const status of this.#sent.list(room.address, own[0].previous)) {
      this.#take(status);
      if (status.position >= own.at(-1).position || room !== this.#room) return;
    }
  }

  #take(status) {
    const room = this.#room;
    if (status.to !== room?.address) return;
    room.statuses.set(status.position, status);
    const line = room.lines.find(({ message }) => message.position === status.position);
    if (line) this.#mark(room, line);
  }

  #mark(room, { message, row }) {
    if (row.mark) row.mark.textContent = markOf(room.statuses.get(message.position), message.body?.others);
  }

  async #showReaders({ source, position }) {
    const states = {};
    for await (const { user, state } of this.#sent.readers(source, position)) if (user !== this.#me) (states[state] ??= []).push(user);
    this.#list.dispatchEvent(new CustomEvent("readers", { detail: { read: states.acknowledged ?? [], delivered: states.delivered ?? [] } }));
  }
}

// Only the app sends without a sender: no member can say that another one has left.
const isNote = ({ sender, type }) => sender === undefined && type in NOTES;

/** A line of the list. Text of any alphabet, in its own direction. */
function rowOf({ sender, type, body, sentAt }, me, onMark) {
  if (type !== LINE) return element("li", { className: "note" }, `${body.user} ${NOTES[type]}`);
  const row = element("li", { className: sender === me ? "own" : "" },
    element("b", { textContent: sender, dir: "auto" }), " ", timeOf(sentAt), element("p", { textContent: String(body?.text ?? ""), dir: "auto" }));
  if (sender === me) {
    row.mark = element("button", { className: "mark", type: "button", title: "Who has read it", onclick: onMark });
    row.append(row.mark);
  }

  return row;
}
