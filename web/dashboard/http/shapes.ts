// Written by the test of the shapes from the host's OpenAPI document: WSMQ_WRITE_SHAPES=1 node --test test/shapes.test.js

export type JsonElement = unknown;
export type WsmqDeadReason = "rejected" | "attempts-used-up" | "leases-lost" | "expired" | null;
/**
 * The state of a job of a work queue. In JSON its name in lower case.
 */
export type WsmqJobState = "ready" | "delayed" | "leased" | "retrying" | "blocked" | "dead";
export type WsmqJobPriority = "low" | "normal" | "high" | null;
/**
 * How a job of a work queue has ended. In JSON its name in lower case, with a dash between words.
 */
export type WsmqJobEnd = "completed" | "rejected" | "attempts-used-up" | "leases-lost" | "expired" | "removed";

export interface WsmqApiAddress {
  address: string;
  entries: number;
  bytes: number;
  /**
   * In milliseconds since 1970; null if there never was an entry.
   */
  lastAt: null | number;
}
export interface WsmqApiAddressPage {
  addresses: WsmqApiAddress[];
  /**
   * Null after the last page. A page may have none and still a next.
   */
  next: null | string;
  scanned: number;
}
export interface WsmqApiConnection {
  node: string;
  id: string;
  /**
   * Null for an event stream.
   */
  device: null | string;
  /**
   * hub or stream.
   */
  kind: string;
  transport: string;
  /**
   * In milliseconds since 1970.
   */
  connectedAt: number;
  /**
   * What it reads: at most 32.
   */
  addresses: string[];
  addressCount: number;
  /**
   * The work queues whose jobs it asks for or holds: at most 32.
   */
  queues: string[];
  /**
   * Deliveries that are not acknowledged, and jobs that it holds.
   */
  inFlight: number;
}
export interface WsmqApiConnections {
  /**
   * The newest first, at most 1,000, and 200 of one node.
   */
  connections: WsmqApiConnection[];
  /**
   * How many there are on the nodes that answered.
   */
  count: number;
  /**
   * The ids of registered nodes that did not answer in time.
   */
  missing: string[];
  /**
   * Whether the store could be asked and all registered nodes answered.
   */
  complete: boolean;
}
export interface WsmqApiCursor {
  user: string;
  /**
   * Null for a member of a group of which no device has acknowledged anything there.
   */
  device: null | string;
  position: string;
  behind: number;
  /**
   * In a long log only the newest entries are counted.
   */
  mayBeMore: boolean;
  /**
   * In milliseconds since 1970; null in groups.
   */
  lastSeenAt: null | number;
}
export interface WsmqApiDeadLetter {
  id: string;
  source: string;
  position: string;
  device: string;
  attempts: number;
  /**
   * In milliseconds since 1970.
   */
  deadLetteredAt: number;
  reason: null | string;
  message?: null | WsmqApiDelivery;
}
/**
 * A message as it is delivered. Either body or data.
 */
export interface WsmqApiDelivery {
  /**
   * The address whose log the message is in.
   */
  source: string;
  /**
   * Its place in the log: 16 digits that compare as a text.
   */
  position: string;
  /**
   * The position of the entry before it.
   */
  previous: string;
  id: string;
  /**
   * The user who sent it; not there if the app did.
   */
  sender?: null | string;
  /**
   * In milliseconds since 1970.
   */
  sentAt: number;
  type?: null | string;
  body?: unknown;
  /**
   * Bytes in base64.
   */
  data?: null | string;
  contentType?: null | string;
  headers?: null | {
    [k: string]: string;
  };
  correlationId?: null | string;
  replyTo?: null | string;
  /**
   * In milliseconds from when it was stored. After that it is not delivered.
   */
  timeToLive?: null | number;
  /**
   * The key of the state that the message sets or removes.
   */
  stateKey?: null | string;
  /**
   * Whether it removes the state of the key.
   */
  removeState?: null | boolean;
  /**
   * Whether its sender can see that it was delivered and acknowledged.
   */
  track?: null | boolean;
  /**
   * Whether it is for any of the user's devices.
   */
  anyDevice?: null | boolean;
}
export interface WsmqApiDeadLetterCount {
  count: number;
  /**
   * The time of the count, in milliseconds since 1970.
   */
  until: number;
}
export interface WsmqApiDeadLetterFilter {
  user?: null | string;
  /**
   * The log that contained the message, such as group:ops.
   */
  source?: null | string;
  /**
   * A * stands for any characters.
   */
  type?: null | string;
  /**
   * A * stands for any characters.
   */
  reason?: null | string;
  /**
   * Dead-lettered at this time or later, in milliseconds since 1970.
   */
  from?: null | number;
  /**
   * Dead-lettered at this time or earlier, in milliseconds since 1970.
   */
  to?: null | number;
}
export interface WsmqApiDeadLetterPage {
  deadLetters: WsmqApiFoundDeadLetter[];
  /**
   * Null after the last page. A page may have none and still a next.
   */
  next: null | string;
  scanned: number;
}
export interface WsmqApiFoundDeadLetter {
  user: string;
  id: string;
  source: string;
  position: string;
  device: string;
  attempts: number;
  /**
   * In milliseconds since 1970.
   */
  deadLetteredAt: number;
  reason: null | string;
  type: null | string;
  /**
   * Of the body, in bytes.
   */
  size: number;
  /**
   * The first 200 characters of the body, with the right ReadBody for the user.
   */
  preview?: null | string;
}
export interface WsmqApiDelayed {
  /**
   * Names it among the messages that wait; ids are those of their senders.
   */
  key: string;
  /**
   * In milliseconds since 1970, by the clock of the store.
   */
  dueAt: number;
  /**
   * Null if the message is corrupt.
   */
  id: null | string;
  sender: null | string;
  sentAt: null | number;
  /**
   * The key of the state that the message will set or remove.
   */
  stateKey?: null | string;
  /**
   * Whether it will remove the state of the key.
   */
  removeState?: null | boolean;
  type: null | string;
  contentType: null | string;
  /**
   * Of the body, in bytes.
   */
  size: number;
  /**
   * The first 200 characters of the body, with the right ReadBody.
   */
  preview?: null | string;
}
export interface WsmqApiDelayedPage {
  /**
   * In the order of their times.
   */
  messages: WsmqApiDelayed[];
  /**
   * Null after the last page.
   */
  next: null | string;
}
export interface WsmqApiDevice {
  name: string;
  /**
   * In milliseconds since 1970.
   */
  lastSeenAt: number;
}
export interface WsmqApiEntry {
  position: string;
  /**
   * Null if the entry is corrupt.
   */
  id: null | string;
  sender: null | string;
  sentAt: null | number;
  storedAt: number;
  /**
   * When its time to live ends, in milliseconds since 1970. It is not delivered later.
   */
  expiresAt?: null | number;
  /**
   * The key of the state that the message sets or removes.
   */
  stateKey?: null | string;
  /**
   * Whether it removes the state of the key.
   */
  removeState?: null | boolean;
  type: null | string;
  contentType: null | string;
  /**
   * Of the body, in bytes.
   */
  size: number;
  /**
   * The first 200 characters of the body, with the right ReadBody.
   */
  preview?: null | string;
}
export interface WsmqApiEntryPage {
  entries: WsmqApiEntry[];
  /**
   * A position; null after the last page.
   */
  next: null | string;
  scanned: number;
}
export interface WsmqApiEvent {
  /**
   * In milliseconds since 1970; null if it is not known.
   */
  at: null | number;
  /**
   * stored, replayed, acknowledged, waiting, failed, deadLettered, removed or expired.
   */
  kind: string;
  user?: null | string;
  device?: null | string;
  attempts?: null | number;
  reason?: null | string;
  deadLetter?: null | string;
}
/**
 * Which dead letters are meant: all, unless a field restricts them.
 */
export interface WsmqApiFilter {
  reason?: null | WsmqDeadReason;
  type?: null | string;
  /**
   * In milliseconds since 1970.
   */
  from?: null | number;
  /**
   * In milliseconds since 1970.
   */
  until?: null | number;
}
/**
 * Entries that are missing: those after one position and before another.
 */
export interface WsmqApiGap {
  after: string;
  before: string;
  reason: string;
}
/**
 * A part of the history of a log. It may be short or empty although more follows.
 */
export interface WsmqApiHistory {
  /**
   * In the order of the request.
   */
  entries: WsmqApiDelivery[];
  /**
   * The parameter next of the next request; null once everything was searched.
   */
  next: null | string;
  /**
   * The position of the newest entry that the log ever had.
   */
  tail: string;
  /**
   * How many entries are left out because their stored data is corrupt; not there if none is.
   */
  damaged?: null | number;
}
/**
 * A job of a work queue. Times are in milliseconds since 1970.
 */
export interface WsmqApiJob {
  position: string;
  state: WsmqJobState;
  /**
   * When the job is due, when its lease ends, or when it died, by its state.
   */
  time: number;
  priority: WsmqJobPriority;
  key?: null | string;
  uniqueId?: null | string;
  expires?: null | number;
  failedAttempts: number;
  lostLeases: number;
  worker?: null | string;
  progress?: unknown;
  deadReason?: null | WsmqDeadReason;
  reason?: null | string;
  message?: null | WsmqApiDelivery;
}
/**
 * A job while it is stored, or how it has ended.
 */
export interface WsmqApiJobStatus {
  job: null | WsmqApiJob;
  outcome: null | WsmqApiOutcome;
  ended: boolean;
}
export interface WsmqApiOutcome {
  end: WsmqJobEnd;
  /**
   * In milliseconds since 1970.
   */
  time: number;
  reason?: null | string;
  progress?: unknown;
}
export interface WsmqApiKeyInfo {
  id: string;
  name: string;
  /**
   * The user that the key is.
   */
  user: string;
  scopes: string[];
  /**
   * In milliseconds since 1970.
   */
  createdAt: number;
  /**
   * In milliseconds since 1970; not there if it does not expire.
   */
  expiresAt?: null | number;
}
export interface WsmqApiKeyRequest {
  /**
   * The key is the user key:name.
   */
  name: string;
  /**
   * What it may do, and where: send, read, send:work:emails, queues, View, Replay:user:bob.
   */
  scopes: string[];
  /**
   * In milliseconds since 1970; without it never.
   */
  expires?: null | number;
}
export interface WsmqApiLatency {
  /**
   * Null without sends.
   */
  appendP50Ms: null | number;
  /**
   * Null without sends.
   */
  appendP99Ms: null | number;
}
export interface WsmqApiLife {
  entry: null | WsmqApiEntry;
  stored: boolean;
  events: WsmqApiEvent[];
  /**
   * Of a group only the first 500 members are looked at.
   */
  mayBeMore: boolean;
}
export interface WsmqApiLogInfo {
  address: string;
  entries: number;
  bytes: number;
  last: string;
  removed: string;
  cursors: WsmqApiCursor[];
  /**
   * For more cursors of a group; null if there are none.
   */
  next: null | string;
}
/**
 * A message to send. Either body or data; key, uniqueId and priority are for work queues.
 */
export interface WsmqApiMessage {
  /**
   * The address, such as user:bob, group:ops or work:emails.
   */
  to: string;
  /**
   * The same as the header Idempotency-Key. Without both the server makes one.
   */
  id?: null | string;
  type?: null | string;
  body?: unknown;
  /**
   * Bytes in base64, instead of a body.
   */
  data?: null | string;
  contentType?: null | string;
  headers?: null | {
    [k: string]: string;
  };
  correlationId?: null | string;
  replyTo?: null | string;
  /**
   * Jobs of one key run one after another.
   */
  key?: null | string;
  /**
   * At most one job with it waits or runs.
   */
  uniqueId?: null | string;
  priority?: null | WsmqJobPriority;
  /**
   * In milliseconds.
   */
  delay?: null | number;
  /**
   * In milliseconds since 1970.
   */
  notBefore?: null | number;
  /**
   * In milliseconds from when it is stored. After that it is not delivered.
   */
  timeToLive?: null | number;
  /**
   * For users and groups: the message is the state of this key until another one replaces it.
   */
  stateKey?: null | string;
  /**
   * Whether it removes the state of its stateKey. It has no body then.
   */
  removeState?: null | boolean;
  /**
   * For users: what one of the user's devices has acknowledged is not delivered to the others.
   */
  anyDevice?: null | boolean;
  /**
   * For users and groups: it is stored only if this is the last position of the log.
   */
  expectedTail?: null | string;
  /**
   * For users and groups: the name of a producer that numbers its messages to each address; with epoch and seq.
   */
  producer?: null | string;
  /**
   * The epoch of the producer: a higher one begins at number 1 again.
   */
  epoch?: null | number;
  /**
   * The number of the message in this epoch: the one after that of the message before.
   */
  seq?: null | number;
  /**
   * For users and groups: whether what becomes of it is stored for its sender.
   */
  track?: null | boolean;
}
export interface WsmqApiMessageStatus {
  to: string;
  position: string;
  id: string;
  /**
   * stored, delivered, acknowledged, expired, dead-lettered, lost or skipped.
   */
  state: string;
  /**
   * In milliseconds since 1970.
   */
  storedAt: number;
  /**
   * When its time to live ends, in milliseconds since 1970.
   */
  expiresAt?: null | number;
  /**
   * How many readers it was delivered to.
   */
  delivered: number;
  /**
   * How many readers have acknowledged it.
   */
  acknowledged: number;
  /**
   * Of how many readers it became a dead letter.
   */
  deadLettered: number;
  /**
   * Of a user, the devices for which something has become of it.
   */
  readers?: null | WsmqApiReaderStatus[];
}
export interface WsmqApiReaderStatus {
  /**
   * Of a message to a user.
   */
  device?: null | string;
  /**
   * Of a message to a group.
   */
  user?: null | string;
  state: string;
  deliveredAt?: null | number;
  acknowledgedAt?: null | number;
  /**
   * When it was found to be expired, dead-lettered, lost or skipped.
   */
  endedAt?: null | number;
}
export interface WsmqApiNewKey {
  /**
   * The secret that the program sends. It cannot be read again.
   */
  key: string;
  id: string;
  name: string;
  /**
   * The user that the key is.
   */
  user: string;
  scopes: string[];
  /**
   * In milliseconds since 1970.
   */
  createdAt: number;
  /**
   * In milliseconds since 1970; not there if it does not expire.
   */
  expiresAt?: null | number;
}
export interface WsmqApiNode {
  id: string;
  name: string;
  version: string;
  /**
   * In milliseconds since 1970.
   */
  startedAt: number;
  /**
   * Connections of the hub.
   */
  connections: number;
  /**
   * Event streams of this API.
   */
  streams: number;
  users: number;
  draining: boolean;
  rates: WsmqNodeRates;
  latency: WsmqApiLatency;
  /**
   * At most 20, the slowest first.
   */
  slowReaders: WsmqApiSlowReader[];
  slowReaderCount: number;
  store: WsmqNodeStore;
}
/**
 * What a node does per second, in the mean of the last five seconds.
 */
export interface WsmqNodeRates {
  /**
   * Messages stored by the node's senders; repeated sends do not count.
   */
  stored: number;
  /**
   * Deliveries written to the node's connections and event streams.
   */
  delivered: number;
  /**
   * Acks stored; several acks of a reader that are stored together count once.
   */
  acknowledged: number;
  /**
   * Live pushes that the app made on the node, whatever the number of receivers.
   */
  live: number;
  /**
   * Attempts at jobs that ended through the node.
   */
  jobs: number;
}
export interface WsmqApiSlowReader {
  user: string;
  device: string;
  address: string;
  behindMs: number;
}
/**
 * The store, as a node sees it.
 */
export interface WsmqNodeStore {
  /**
   * `redis` or `sqlite`.
   */
  kind: string;
  /**
   * Whether it answered the node's last check.
   */
  available: boolean;
}
export interface WsmqApiNodes {
  nodes: WsmqApiNode[];
  /**
   * The ids of registered nodes that did not answer in time.
   */
  missing: string[];
  /**
   * Whether the store could be asked and all registered nodes answered.
   */
  complete: boolean;
}
/**
 * A page of a log.
 */
export interface WsmqApiPage {
  address: string;
  entries: WsmqApiDelivery[];
  gaps: WsmqApiGap[];
  /**
   * The parameter after of the next request.
   */
  next: string;
  /**
   * Whether the log had no entries after this page.
   */
  end: boolean;
}
export interface WsmqApiPresence {
  address: string;
  /**
   * Means nothing here.
   */
  version: number;
  /**
   * How many users are online.
   */
  online: number;
  /**
   * How many users are away.
   */
  away: number;
  /**
   * The user, or the members that are there; missing where they are too many to be listed.
   */
  members?: null | WsmqApiUserPresence[];
}
export interface WsmqApiUserPresence {
  user: string;
  /**
   * online, away or offline.
   */
  status: string;
  devices: WsmqApiPresenceDevice[];
  /**
   * Of a user who is offline, if it is known: when the last connection ended, in milliseconds since 1970.
   */
  lastSeen?: null | number;
}
export interface WsmqApiPresenceDevice {
  device: string;
  /**
   * In milliseconds since 1970.
   */
  since: number;
  /**
   * online or away.
   */
  status: string;
  data?: unknown;
}
/**
 * An error, as problem details (RFC 9457). Decide by number or code.
 */
export interface WsmqApiProblem {
  type: string;
  title: string;
  status: number;
  /**
   * What is wrong in this case.
   */
  detail?: null | string;
  number: number;
  code: string;
  /**
   * Whether the same request can succeed later without a change.
   */
  retry: boolean;
  /**
   * When to try again, in milliseconds.
   */
  retryAfter?: null | number;
}
/**
 * A work queue and its jobs, in numbers.
 */
export interface WsmqApiQueue {
  queue: string;
  paused: boolean;
  ready: number;
  delayed: number;
  leased: number;
  retrying: number;
  blocked: number;
  dead: number;
  bytes: number;
  /**
   * In milliseconds; null if no job is ready.
   */
  oldestReadyAge: null | number;
  totals: WsmqApiTotals;
}
/**
 * What has happened in a queue since it was created.
 */
export interface WsmqApiTotals {
  stored: number;
  completed: number;
  failedAttempts: number;
  lostLeases: number;
  deadLettered: number;
  deadLettersRemoved: number;
  removed: number;
}
/**
 * The receipt of a stored message.
 */
export interface WsmqApiReceipt {
  id: string;
  /**
   * The place of the message in the log: 16 digits that compare as a text. Absent while it waits.
   */
  position?: null | string;
  /**
   * When it is due, in milliseconds since 1970, if it waits.
   */
  dueAt?: null | number;
  /**
   * Whether it was stored before, under the same id.
   */
  duplicate: boolean;
  /**
   * Whether another job has its uniqueId, so that it was not stored.
   */
  uniqueIdTaken?: null | boolean;
}
/**
 * The reply to a request. Either body or data.
 */
export interface WsmqApiReply {
  type?: null | string;
  body?: unknown;
  /**
   * Bytes in base64, instead of a body.
   */
  data?: null | string;
  contentType?: null | string;
  headers?: null | {
    [k: string]: string;
  };
  /**
   * The user who replied; absent if the app did.
   */
  responder?: null | string;
}
/**
 * The result of one message of an array: a receipt, or an error.
 */
export interface WsmqApiResult {
  status: number;
  id?: null | string;
  position?: null | string;
  dueAt?: null | number;
  duplicate?: null | boolean;
  uniqueIdTaken?: null | boolean;
  error?: null | WsmqApiProblem;
}
export interface WsmqApiRights {
  user: string;
  actions: string[];
}
export interface WsmqApiRun {
  id: string;
  action: string;
  filter: WsmqApiDeadLetterFilter;
  until: number;
  perSecond: number;
  /**
   * running, done, stopped or failed.
   */
  state: string;
  /**
   * How many matched when it started; so far, while counted is false.
   */
  total: number;
  /**
   * Whether total is complete.
   */
  counted: boolean;
  done: number;
  /**
   * They are still dead letters.
   */
  failed: number;
  /**
   * Somebody else had replayed or removed them before.
   */
  gone: number;
  startedAt: number;
  endedAt: null | number;
  startedBy: null | string;
  /**
   * The code of the last error.
   */
  error: null | string;
}
export interface WsmqApiRunRequest {
  /**
   * Chosen by the caller: sent again with it, the request starts no second run.
   */
  id: string;
  /**
   * replay or remove.
   */
  action: string;
  filter: WsmqApiDeadLetterFilter;
  /**
   * The time of the count, in milliseconds since 1970: what comes later is left alone.
   */
  until: number;
  perSecond?: null | number;
}
export interface WsmqApiRuns {
  runs: WsmqApiRun[];
}
/**
 * The state of an address: the newest message of each key.
 */
export interface WsmqApiState {
  /**
   * The position after which the log goes on: the parameter after of a request for it.
   */
  through: string;
  /**
   * In the order of their positions. Their previous has no meaning.
   */
  messages: WsmqApiDelivery[];
}
/**
 * A step of a call that takes many: repeat the request with next, until it is null.
 */
export interface WsmqApiStep {
  count: number;
  next: null | string;
  more: boolean;
}
