import type { Outcome } from "./drainer.js";

/** What tabs tell each other. */
export interface News {
  /** The key of an entry that has ended, and how. */
  key?: number;
  outcome?: Outcome;

  /** All entries of the user up to this key were discarded. */
  discarded?: number;

  /** A hidden tab has the turn; a shown one wants it. */
  turn?: "hidden" | "wanted";
}

/** The channel between the tabs of a user. A cached page has none: a message to it would discard it. */
export class Channel {
  #channel: BroadcastChannel | undefined;

  constructor(readonly name: string, readonly heard: (news: News) => void) {}

  open(): void {
    if (this.#channel || typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(this.name);
    this.#channel.onmessage = ({ data }) => this.heard(data as News);
  }

  /** Without content: there are new entries. */
  tell(news: News = {}): void {
    this.#channel?.postMessage(news);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }
}
