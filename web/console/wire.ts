import { signal } from "@preact/signals";

const END = "\u001e";
const MOST = 400;
const PING = 6;
const KINDS: Record<number, string> = { 2: "item", 3: "result", [PING]: "ping", 7: "close" };

/** One frame of SignalR's protocol, as it went over a WebSocket. */
export interface Frame {
  number: number;
  at: number;
  user: string;
  isSent: boolean;
  name: string;
  text: string;
  isPing: boolean;
}

export const frames = signal<readonly Frame[]>([]);

/** The users whose network is off. */
const offline = new Set<string>();
const open = new Set<TappedSocket>();
let count = 0;

/** Switches a user's network off or on. Connections do not learn of it in good order, as in a tunnel. */
export function setOffline(user: string, isOffline: boolean): void {
  if (!isOffline) {
    offline.delete(user);

    // The clients try at once, as when a browser reports that the network is back.
    window.dispatchEvent(new Event("online"));
    return;
  }

  offline.add(user);
  for (const socket of open) if (socket.user === user) socket.cut();
}

export const deviceOf = (user: string) => `console-${user}`;

class TappedSocket extends WebSocket {
  readonly user: string;

  constructor(url: string | URL) {
    const user = new URL(url).searchParams.get("device")?.replace("console-", "") ?? "";
    if (offline.has(user)) throw new Error("the network is off");
    super(url);
    this.user = user;
    open.add(this);
    this.addEventListener("message", ({ data }) => record(user, false, data as string));
    this.addEventListener("close", () => open.delete(this));
  }

  override send(data: string): void {
    record(this.user, true, data);
    super.send(data);
  }

  cut(): void {
    open.delete(this);
    super.close();
    this.dispatchEvent(new CloseEvent("close", { code: 1006 }));
  }
}

/** The client of the page makes its connections with it. */
export function tap(): void {
  globalThis.WebSocket = TappedSocket;
}

function record(user: string, isSent: boolean, data: string): void {
  const added = data.split(END).filter(Boolean).map(text => ({ number: count++, at: Date.now(), user, isSent, text, ...nameOf(text) }));
  frames.value = [...frames.value, ...added].slice(-MOST);
}

function nameOf(text: string): Pick<Frame, "name" | "isPing"> {
  const { type, target, protocol } = JSON.parse(text) as { type?: number; target?: string; protocol?: string };
  return { name: target ?? (protocol ? "handshake" : KINDS[type ?? 0] ?? "handshake"), isPing: type === PING };
}
