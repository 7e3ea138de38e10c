export { WsmqClient, type TypeOf } from "./client.js";
export { WsmqError, type WsmqErrorCode } from "./errors.js";
export type { Backoff } from "./backoff.js";
export type { PageEnvironment } from "./browser/environment.js";
export type {
  ClearedEvent, ClientState, DeadLetteredEvent, ErrorEvent, EventMap, GapEvent, Listener, OutboxEvent, RefusedEvent, StalledEvent, StateCompleteEvent, StateEvent,
} from "./events.js";
export type { AnyMessage, HistoryPage, HistoryQuery } from "./history/types.js";
export type { Handler, LiveHandler, StateRemovalHandler } from "./handlers.js";
export type { Address, HandlerContext, LivePush, Message, PendingMessage, Receipt, RemovalOptions, SendOptions, Sent, StateRemoval } from "./messages.js";
export type { WsmqClientOptions } from "./options.js";
export type { Outbox } from "./outbox/types.js";
export type { Position } from "./positions.js";
