// The answers of the HTTP API, as docs/http.md describes them.

export interface Nodes {
  nodes: Node[];
  missing: string[];

  /** False where the store could not be asked which nodes there are, or one has not answered. */
  complete: boolean;
}

export interface Node {
  id: string;
  name: string;
  version: string;
  startedAt: number;
  connections: number;
  streams: number;
  users: number;
  draining: boolean;
  rates: Record<Rate, number>;
  latency: { appendP50Ms: number | null; appendP99Ms: number | null };
  slowReaders: { user: string; device: string; address: string; behindMs: number }[];
  slowReaderCount: number;
  store: { kind: string; available: boolean };
}

export type Rate = "stored" | "delivered" | "acknowledged" | "live" | "jobs";

export interface Page {
  next: string | null;
  scanned?: number;
}

export interface AddressSummary {
  address: string;
  entries: number;
  bytes: number;
  lastAt: number | null;
}

export interface AddressInfo {
  address: string;
  entries: number;
  bytes: number;
  last: string;
  removed: string;
  cursors: Cursor[];

  /** A group can have many members. */
  next: string | null;
}

export interface Cursor {
  user: string;

  /** Null for a member of a group who has acknowledged nothing there. */
  device: string | null;
  position: string;
  behind: number;
  mayBeMore?: boolean;
  lastSeenAt: number | null;
}

export interface Entry {
  position: string;

  /** Null where the entry is corrupt, as is when it was sent. */
  id: string | null;
  sender?: string | null;
  sentAt: number | null;
  storedAt?: number;
  type?: string | null;
  contentType?: string | null;
  size: number;
  preview?: string;
}

export interface Life {
  entry: Entry | null;
  stored: boolean;
  events: LifeEvent[];
  mayBeMore?: boolean;
}

export interface LifeEvent {
  at: number | null;
  kind: string;
  user?: string;
  device?: string;
  attempts?: number;
  reason?: string;
  deadLetter?: string;
}

export interface Queue {
  queue: string;
  paused: boolean;
  ready: number;
  delayed: number;
  leased: number;
  retrying: number;
  blocked: number;
  dead: number;
  bytes: number;
  oldestReadyAge: number | null;
  totals: Record<string, number>;
}

export const JOB_STATES = ["ready", "delayed", "leased", "retrying", "blocked", "dead"] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface Job {
  position: string;
  state: JobState;
  time: number;
  priority: string;
  key?: string;
  uniqueId?: string;
  failedAttempts: number;
  lostLeases: number;
  worker?: string;
  deadReason?: string;
  reason?: string;
  message?: { id: string; type?: string; sender?: string };
}

export interface Step {
  count: number;
  next: string | null;
}

export interface DeadLetter {
  user: string;
  id: string;
  source: string;
  position: string;
  device: string;
  attempts: number;
  deadLetteredAt: number;
  reason: string | null;
  type?: string;
  size?: number;
  preview?: string;
}

/** What is meant by a run: all that match, as they were counted. */
export interface Filter {
  user?: string;
  source?: string;
  type?: string;
  reason?: string;
  from?: number;
  to?: number;
}

export interface Run {
  id: string;
  action: "replay" | "remove";
  filter: Filter;
  until: number;
  perSecond: number;
  state: "running" | "done" | "stopped" | "failed";
  total: number;
  done: number;
  failed: number;
  startedAt: number;
  endedAt: number | null;
  startedBy: string;
}

export interface Device {
  name: string;
  lastSeenAt: number;
}

export interface Connection {
  node: string;
  id: string;
  device: string | null;
  kind: string;
  transport: string;
  connectedAt: number;
  addresses: string[];
  addressCount: number;
  queues: string[];
  inFlight: number;
}

export interface Connections {
  connections: Connection[];

  /** More than the list has, for a user with many. */
  count: number;
  missing: string[];
  complete: boolean;
}
