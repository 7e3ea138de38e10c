import { element, timeOf } from "./elements.js";
import * as server from "./server.js";

// Whoever pauses for longer does not type any more.
const TYPING = 4_000;

/** The members of the room that is open: who is there, and who types. */
export class People {
  #presence;
  #me;
  #list;
  #typing;
  #room;
  #watch;
  #members = [];
  #lastSeen = new Map();
  #load;
  #timer;

  constructor({ presence, me, list, typing }) {
    [this.#presence, this.#me, this.#list, this.#typing] = [presence, me, list, typing];
  }

  /** How many members the room has besides the user, as far as that is known. */
  get others() {
    return this.#members.filter(user => user !== this.#me).length;
  }

  open(room) {
    this.close();
    this.#room = room;
    const show = () => this.#show();
    this.#watch = this.#presence.watch(`group:${room}`, {
      onSync: show,
      onChange: changes => {
        for (const { after } of changes) if (after.lastSeen) this.#lastSeen.set(after.user, after.lastSeen);
        show();
      },
    });
    return this.load();
  }

  close() {
    this.typed(false);
    this.#watch?.stop();
    this.#room = this.#watch = undefined;
    this.#members = [];
    this.#show();
  }

  /** Loads the members: a room was opened, somebody has joined or left, or there is a connection again. */
  async load() {
    const room = this.#room;
    if (!room) return;
    const load = this.#load = {};
    const members = await server.members(room);
    const away = await this.#presence.get(members);
    if (load !== this.#load || room !== this.#room) return;      // an answer may come later than that of the next one
    this.#members = members;
    for (const { user, lastSeen } of away) if (lastSeen) this.#lastSeen.set(user, lastSeen);
    this.#show();
  }

  /** The user types, or has stopped. It ends with the connection as well: a tab that is closed does not type. */
  typed(isTyping) {
    const wasTyping = this.#timer !== undefined;
    clearTimeout(this.#timer);
    this.#timer = isTyping ? setTimeout(() => this.typed(false), TYPING) : undefined;
    if (isTyping !== wasTyping) this.#presence.set(isTyping ? { data: { typing: this.#room } } : {}).catch(console.warn);
  }

  #show() {
    const there = new Map((this.#watch?.state?.members ?? []).map(member => [member.user, member]));
    this.#list.replaceChildren(...this.#members.map(user => {
      const status = there.get(user)?.status ?? "offline";
      const seen = status === "offline" && this.#lastSeen.get(user);
      return element("li", { className: status }, `${user}: ${status}`, ...(seen ? [", last seen ", timeOf(seen)] : []));
    }));
    const typing = [...there.values()].filter(({ user, devices }) =>
      user !== this.#me && devices.some(({ data }) => this.#room !== undefined && data?.typing === this.#room)).map(({ user }) => user);
    this.#typing.textContent = typing.length === 0 ? "" : `${typing.join(" and ")} ${typing.length === 1 ? "is" : "are"} typing…`;
  }
}
