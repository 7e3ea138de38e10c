import type { Address } from "../messages.js";

/** Options of one request. */
export interface RequestOptions {
  /**
   * How many milliseconds to wait, also for a connection. When they are over nobody handles the request any more. Default 30,000; at most the
   * server's `Requests.MaxTimeout`, 5 minutes by default.
   */
  timeout?: number;

  /** Cancels the request: who works on it is told. */
  signal?: AbortSignal;

  /** The content type of a body that is a `Uint8Array`. Default `application/octet-stream`. */
  contentType?: string;

  /** Texts for the responder, at most 4 KiB together. */
  headers?: Record<string, string>;

  /** An id that relates the request to something else; replies need none. */
  correlationId?: string;

  /** Only for work queues: jobs of one key are worked on one at a time and in order. */
  key?: string;

  /** Only for work queues. Default `normal`. */
  priority?: "low" | "normal" | "high";
}

/** The reply to a request. */
export interface Reply<Body = unknown> {
  /** The body; null if a worker that knows nothing of requests has completed the job. */
  body: Body;

  /** The name of its type, if the responder gave one. */
  type?: string;

  /** The content type of a body that is a `Uint8Array`. */
  contentType?: string;

  /** The headers from the responder. */
  headers?: Record<string, string>;

  /** The user who replied; undefined where the app itself did. */
  responder?: string;
}

/** A request as a handler gets it. */
export interface IncomingRequest<Body = unknown> {
  /** The id of the request. */
  id: string;

  /** The address that it was sent to: the own user, a group or a work queue. */
  to: Address;

  /** The body: a JSON value, or a `Uint8Array` for bytes. */
  body: Body;

  /** The name of its type. */
  type?: string;

  /** The user who made the request; undefined where the app itself did. */
  sender?: string;

  /** The content type of a body that is a `Uint8Array`. */
  contentType?: string;

  /** The headers from the requester. */
  headers?: Record<string, string>;

  /** What the requester set to relate the request to something else. */
  correlationId?: string;
}

/**
 * Answers requests: what it returns, or its promise, is the body of the reply. The signal is aborted when nobody waits for it any more: the time
 * is over, the request was cancelled, or the connection is lost.
 */
export type RequestHandler<Body = unknown> = (request: IncomingRequest<Body>, context: { signal: AbortSignal }) => unknown;

/** Options of a handler of requests. */
export interface RespondOptions {
  /** Where: a group that the user reads, or a work queue that it may work on. Default: the own user. */
  at?: `group:${string}` | `work:${string}`;

  /** How many requests to the address are answered at a time; the last call for an address counts. Default 16, for a queue 4. */
  concurrency?: number;
}
