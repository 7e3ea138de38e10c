import { signal } from "@preact/signals";
import { Problem } from "./problem";
import { API, lose, sessions, token } from "./session";

const MOST_RECORDED = 30;

/** A call of the API: what a button does, and what it shows as curl. */
export interface Call {
  method: string;
  path: string;
  query?: Query;

  /** JSON text: what the user has written is sent as it is. */
  body?: string;
}

export type Query = Record<string, string | number | boolean | undefined>;

/** A call that was made, for the list at the foot of the page. */
export interface Made {
  number: number;
  call: Call;
  status: number | "failed";
  ms: number;
}

export const made = signal<readonly Made[]>([]);
let count = 0;

export const get = (path: string, query?: Query): Call => ({ method: "GET", path, ...(query && { query }) });
export const post = (path: string, body?: unknown): Call =>
  ({ method: "POST", path, ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }) });

/** A segment of a path. */
export const segment = (text: string) => encodeURIComponent(text).replaceAll("%3A", ":");

/** The name of a user or a group as a segment. One that begins like an address has its prefix once more: the API refuses it otherwise. */
export const named = (kind: "user" | "group", name: string) => segment(name.startsWith(`${kind}:`) ? `${kind}:${name}` : name);

export function urlOf({ path, query = {} }: Call): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `${API}${path}${search && `?${search}`}`;
}

/** The call for a terminal: the token stays out of it. */
export function curlOf(call: Call): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [`curl -sS${call.method === "GET" ? "" : ` -X ${call.method}`} ${quoted(urlOf(call))}`, '-H "Authorization: Bearer $TOKEN"'];
  if (call.body !== undefined) parts.push("-H 'Content-Type: application/json'", `-d ${quoted(call.body)}`);
  return parts.join(" \\\n  ");
}

export function headersOf(): Record<string, string> {
  return token.value ? { Authorization: `Bearer ${token.value}` } : {};
}

/** Makes a call. Returns the text of the answer: bodies in it are not to be parsed and written again. */
export async function send(call: Call, { signal, isQuiet = false }: { signal?: AbortSignal; isQuiet?: boolean } = {}): Promise<string> {
  const headers = headersOf();
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  const began = performance.now();
  const session = sessions.value;
  let status: Made["status"] = "failed";
  try {
    const answer = await fetch(urlOf(call), { method: call.method, headers, body: call.body ?? null, signal: signal ?? null });
    status = answer.status;
    if (status === 401 && session === sessions.value) lose();
    if (!answer.ok) throw await Problem.of(answer);
    return await answer.text();
  } finally {
    // A change that was given up may have been made.
    const isNoted = !isQuiet && (!signal?.aborted || call.method !== "GET") && session === sessions.value;
    if (isNoted) record(call, status, performance.now() - began);
  }
}

/** Makes a call and parses its answer, for all but bodies. */
export async function ask<T>(call: Call, options?: { signal?: AbortSignal; isQuiet?: boolean }): Promise<T> {
  const text = await send(call, options);
  return (text ? JSON.parse(text) : undefined) as T;
}

function record(call: Call, status: Made["status"], ms: number): void {
  made.value = [{ number: count++, call, status, ms }, ...made.value].slice(0, MOST_RECORDED);
}
