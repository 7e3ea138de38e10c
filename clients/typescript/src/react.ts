/** Hooks for React: the entry point `@wsmq/client/react`. */
import {
  createContext, createElement, useCallback, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode,
} from "react";
import type { WsmqClient } from "./client.js";
import type { ClientState, EventMap, Listener } from "./events.js";
import type { Handler } from "./handlers.js";
import type { HistoryQuery } from "./history/types.js";
import type { Address, Message } from "./messages.js";
import type { Position } from "./positions.js";
import { OlderMessages, type HistoryState } from "./react/older-messages.js";
import type { OwnPresence, PresenceState } from "./presence.js";
import { SharedClient } from "./react/shared-client.js";

const Context = createContext<SharedClient | undefined>(undefined);

/** The properties of `WsmqProvider`. */
export interface WsmqProviderProps {
  /** Creates the client of a provider. It must not start it: under `StrictMode` React calls it twice, and one client is not used. */
  create: () => WsmqClient<any>;

  /** Called where the server refuses the client for good before its first connection. Default: it is written to the console. */
  refused?: (error: unknown) => void;

  /** The components that use the client. */
  children?: ReactNode;
}

/**
 * Gives its children a client with one connection: it starts when the provider is mounted and stops when it is unmounted. Mounted again at
 * once, as React does in development under `StrictMode`, it keeps its connection.
 */
export function WsmqProvider({ create, refused, children }: WsmqProviderProps): ReactNode {
  const [shared] = useState(() => new SharedClient(create()));
  const report = useRef(refused);
  report.current = refused;
  useEffect(() => shared.use(error => report.current ? report.current(error) : console.error("wsmq:", error)), [shared]);
  return createElement(Context, { value: shared }, children);
}

function useShared(): SharedClient {
  const shared = useContext(Context);
  if (!shared) throw new Error("There is no WsmqProvider around this component.");
  return shared;
}

/** Returns the client of the provider, for example to send. */
export function useWsmq<Messages extends object = Record<string, unknown>>(): WsmqClient<Messages> {
  return useShared().client;
}

/** Returns where the client is; the component is rendered again when that changes. On a server that renders pages it is `stopped`. */
export function useConnection(): ClientState {
  const { client } = useShared();
  const [subscribe] = useState(() => (changed: () => void) => client.listen("state", changed));
  return useSyncExternalStore(subscribe, () => client.state, () => "stopped" as const);
}

/**
 * Handles the messages of a type while the component is mounted. Several components may handle the same type: a message is acknowledged
 * when all of their handlers have succeeded, and a handler that has succeeded is not called with it again. The newest function of the
 * component is called, so that it need not be memoized. A message that arrives while no component handles its type is treated as
 * `unhandledMessages` of the client says: handle what must not be missed in a component that stays.
 */
export function useMessages<Body = unknown, Type extends string = string>(type: Type, handler: Handler<Body, Type>): void {
  const shared = useShared();
  const newest = useRef(handler);
  useEffect(() => { newest.current = handler; });
  useEffect(() => shared.handle(type, (message, context) => newest.current(message as never, context)), [shared, type]);
}

/**
 * Keeps data that a component has loaded up to date while it is mounted, as `snapshot` of the client does: `load` fetches the data with its
 * position, stores it in the state of the component, and returns the position; the messages after that go to the handlers (`useMessages`).
 * It is called again whenever messages of the source are missing, and the newest function of the component is called, so that it need not be
 * memoized. Several components may have data that the messages of one source change: they are loaded together, and where one of them is
 * mounted later, those of the others are loaded again.
 * @param source the user's own queue, or a group of the user
 * @param load loads the data; the signal is aborted when the component is unmounted or the client is stopped
 * @returns whether the data was loaded since the component was mounted
 */
export function useSnapshot(source: Address, load: (signal: AbortSignal) => PromiseLike<Position>): boolean {
  const shared = useShared();
  const newest = useRef(load);
  const [loaded, setLoaded] = useState<Address>();
  useEffect(() => { newest.current = load; });
  useEffect(() => shared.snapshot(source, async signal => {
    const position = await newest.current(signal);
    if (!signal.aborted) setLoaded(source);
    return position;
  }), [shared, source]);
  return loaded === source;
}

/**
 * Returns who is online of a user or a group, as it changes; undefined until the server has told it. Where the server does not let the client
 * watch it stays undefined, and the client has an event `error`.
 */
export function usePresence(address: Address): PresenceState | undefined {
  const { presence } = useShared();
  const [state, setState] = useState<PresenceState>();
  useEffect(() => {
    const watch = presence.watch(address, { onSync: setState, onChange: (_, now) => setState(now) });
    return () => {
      watch.stop();
      setState(undefined);
    };
  }, [presence, address]);
  return state;
}

/** Returns a function that sets what others see of this client: see `Presence.set`. */
export function useOwnPresence(): (own: OwnPresence) => Promise<void> {
  const { presence } = useShared();
  return useCallback((own: OwnPresence) => presence.set(own), [presence]);
}

/** Listens to an event of the client while the component is mounted: gaps, dead letters, errors and others. */
export function useWsmqEvent<Name extends keyof EventMap>(name: Name, listener: Listener<Name>): void {
  const { client } = useShared();
  const newest = useRef(listener);
  useEffect(() => { newest.current = listener; });
  useEffect(() => client.listen(name, event => newest.current(event)), [client, name]);
}

/** The result of `useHistory`. */
export interface LoadedHistory<Body = unknown> extends HistoryState<Message<Body>> {
  /** Loads older messages, at least one if there is one. It never fails: see `error`. */
  loadOlder: () => Promise<void>;
}

/**
 * Loads the newest messages of the history of an address when the component is mounted, and older ones when it asks for them. Messages that
 * arrive afterwards are not added: handle them with `useMessages`, and leave out those whose positions are in both.
 * @param source the user or group
 * @param query which messages; its `max` is how many are loaded at a time. Another source or query begins anew
 */
export function useHistory<Body = unknown>(source: Address, query: Omit<HistoryQuery, "newest"> = {}): LoadedHistory<Body> {
  const { client } = useShared();
  const key = JSON.stringify([source, query]);
  const older = useMemo(() => new OlderMessages<Message<Body>>(part => client.historyPage(source, part) as never, query), [client, key]);
  useEffect(() => older.begin(), [older]);
  const state = useSyncExternalStore(older.subscribe, () => older.state, () => older.state);
  return { ...state, loadOlder: older.load };
}
