import { WsmqClient, WsmqError, type Address, type ClientState } from "@wsmq/client";
import { work, type Job } from "@wsmq/client/work";
import { computed, signal } from "@preact/signals";
import { HUB, tokenOf } from "./server";
import { deviceOf, setOffline } from "./wire";

const MOST_LINES = 200;
export const QUEUE = "work:demo";

/** A line of what a user has sent, received or been told. */
export interface Line {
  number: number;

  /** When it was sent: what waited for hours did not happen when it arrived. */
  at: number;
  arrivedAt?: number;
  kind: "sent" | "received" | "live" | "notice";
  who: string;
  text: string;
  state?: "waiting" | "stored" | "failed";
  detail?: string;
}

/** A job that this user's worker holds until somebody presses a button. */
export interface Held {
  text: string;
  job: Job;
  position: string;
  complete(): void;
  fail(): void;
  reject(): void;

  /** Another worker gets it at once, and nothing is counted. */
  handBack(): void;
}

let numbers = 0;

/** A user of the page with a client of its own. */
export class Person {
  readonly state = signal<ClientState>("stopped");
  readonly why = signal("");
  readonly isOffline = signal(false);
  readonly isWorking = signal(false);
  readonly lines = signal<readonly Line[]>([]);
  readonly jobs = signal<readonly Held[]>([]);
  readonly waiting = computed(() => this.lines.value.filter(line => line.state === "waiting").length);
  #client = this.#newClient();

  constructor(readonly name: string) {}

  start(): Promise<void> {
    return this.#client.start().catch((e: unknown) => { this.why.value = plain(e); });
  }

  setOffline(isOffline: boolean): void {
    this.isOffline.value = isOffline;
    this.#note(isOffline ? "The connection was cut. Messages are stored meanwhile." : "The network is back.");
    setOffline(this.name, isOffline);
  }

  async send(to: Address, text: string): Promise<void> {
    const line = this.#add({ kind: "sent", who: to, text, state: "waiting" });
    const type = to.startsWith("work:") ? "resize" : "chat";
    try {
      const { position } = await this.#client.send(to, type, { text });
      this.#change(line, { state: "stored", detail: position });
    } catch (e) {
      this.#change(line, { state: "failed", detail: plain(e) });
    }
  }

  /** Waits for something that the host does for this user; a failure is a line. */
  async attempt(work: Promise<unknown>): Promise<void> {
    await work.catch((e: unknown) => this.#note(plain(e)));
  }

  /** A worker belongs to a client from its start: to begin or end work is to have another client, with the same device. */
  async setWorking(isWorking: boolean): Promise<void> {
    for (const { handBack } of this.jobs.value) handBack();
    await this.#client.stop();
    this.isWorking.value = isWorking;
    this.#client = this.#newClient();
    await this.start();
  }

  clear(): void {
    this.lines.value = [];
  }

  #newClient(): WsmqClient {
    const client = new WsmqClient({
      url: HUB, device: () => deviceOf(this.name), accessTokenProvider: () => tokenOf(this.name), sendTimeout: 100_000,
      reconnectBackoff: { min: 500, max: 5_000 },
    });
    client.onAny(({ source, sender, sentAt, body, position }) => {
      const who = source === `user:${this.name}` ? sender ?? "the app" : `${sender} in ${source}`;
      this.#add({ kind: "received", at: sentAt, arrivedAt: Date.now(), who, text: textOf(body), detail: position });
    });
    client.onAnyLive(({ body }) => { this.#add({ kind: "live", who: "live push", text: textOf(body) }); });
    client.listen("gap", ({ source, reason }) => { this.#note(`Messages of ${source} will not arrive: ${reason}.`); });
    client.listen("deadLettered", ({ source, attempts }) => { this.#note(`A message of ${source} was dead-lettered after ${attempts} attempts.`); });
    client.listen("error", ({ error, message }) => { this.#note(message ? `${textOf(message.body)}: ${plain(error)}` : plain(error)); });
    client.listen("state", ({ state, error }) => {
      this.state.value = state;
      this.why.value = error ? plain(error) : "";
    });
    if (this.isWorking.value) work(client, QUEUE, ({ body, position }, job) => this.#hold(textOf(body), position, job), { stopTimeout: 2_000 });
    return client;
  }

  // The handler of a job ends when somebody has decided about it.
  #hold(text: string, position: string, job: Job): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        this.jobs.value = this.jobs.value.filter(other => other !== held);
        settle();
      };
      const held: Held = {
        text, position, job,
        complete: end(resolve),
        fail: end(() => reject(new Error("the attempt failed. It is tried again, or a dead letter if it was the last one."))),
        handBack: end(() => { job.retry({ counts: false, delay: 0, reason: "the worker was switched off" }); resolve(); }),
        reject: end(() => { job.reject("rejected in the console"); resolve(); }),
      };
      this.jobs.value = [...this.jobs.value, held];
      job.signal.addEventListener("abort", held.complete);
    });
  }

  #note(text: string): void {
    this.#add({ kind: "notice", who: "", text });
  }

  #add(line: Omit<Line, "number" | "at"> & { at?: number }): number {
    const number = numbers++;
    this.lines.value = [...this.lines.value, { number, at: Date.now(), ...line }].slice(-MOST_LINES);
    return number;
  }

  #change(number: number, change: Partial<Line>): void {
    this.lines.value = this.lines.value.map(line => (line.number === number ? { ...line, ...change } : line));
  }
}

/** A body as people write it: an object of this page by its text, a text without the quotes of JSON. */
function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return `${body.length} bytes`;
  return typeof body === "object" && body !== null && "text" in body ? String(body.text) : JSON.stringify(body ?? null);
}

/** The text of an error, without the prefix that it has on the wire. */
function plain(error: unknown): string {
  const { message } = error as Error;
  return error instanceof WsmqError ? `${message.replace(/^\[wsmq [^\]]*\] /, "")} (${error.code})` : message;
}
