/** Hooks for React: the entry point `@wsmq/client/react`. */
import {
  createContext, createElement, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore, type ReactNode,
} from "react";
import type { WsmqClient } from "./client.js";
import type { ClientState, EventMap, Listener } from "./events.js";
import type { Handler } from "./handlers.js";
import type { Address } from "./messages.js";
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
