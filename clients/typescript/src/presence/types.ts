import type { WsmqError } from "../errors.js";
import type { Address } from "../messages.js";

/** Whether a user or a device is there. */
export type PresenceStatus = "online" | "away" | "offline";

/** A device of a user that is connected. */
export interface PresenceDevice {
  /** Its name. */
  device: string;

  /** Since when its oldest connection is open, in milliseconds since 1970. */
  since: number;

  /** `away` if all its connections are. */
  status: PresenceStatus;

  /** What its connections have set, the newest of them; it ends with its connection. */
  data?: unknown;
}

/** The presence of a user. */
export interface UserPresence {
  /** The identifier of the user. */
  user: string;

  /** Whether the user is there. */
  status: PresenceStatus;

  /** The devices, ordered by name; empty for a user who is offline. */
  devices: PresenceDevice[];

  /** Of a user who is offline: when the last connection ended, in milliseconds since 1970, where that is known. */
  lastSeen?: number;
}

/** The presence of an address as a whole. */
export interface PresenceState {
  /** The address. */
  address: Address;

  /** The version; each change has the next one. */
  version: number;

  /** How many users are online. */
  online: number;

  /** How many users are away. */
  away: number;

  /** The user, or the members that are there; undefined where a group is too large to be listed. */
  members?: UserPresence[];
}

/** A change of the presence of a user. */
export interface PresenceChange {
  /** What it was. */
  before: UserPresence;

  /** What it is now. */
  after: UserPresence;
}

/** What a watch calls. */
export interface PresenceHandlers {
  /** Called once, with what is there at first. */
  onSync?: (state: PresenceState) => void;

  /**
   * Called with what has changed, and the whole afterwards. After a reconnect it is called only with what is different. Without changes only
   * the counts of a large group have changed.
   */
  onChange?: (changes: PresenceChange[], state: PresenceState) => void;

  /** Called where the server does not let the client watch; it is tried again with the next connection. Default: an event `error`. */
  onError?: (error: WsmqError) => void;
}

/** A watch of an address. */
export interface PresenceWatch {
  /** The address. */
  readonly address: Address;

  /** What is known; undefined before the first time. It stays while there is no connection. */
  readonly state: PresenceState | undefined;

  /** Ends the watch. */
  stop(): void;
}

/** What others see of this client. */
export interface OwnPresence {
  /** Whether the user is away. Default: in a page whether it is hidden, elsewhere no. */
  away?: boolean;

  /** Any JSON value, such as a status text or whether the user types; at most 512 bytes, unless the server allows more. */
  data?: unknown;
}

/** Presence over a client. */
export interface Presence {
  /** Watches a user or a group until it is stopped, over all connections. */
  watch(address: Address, handlers?: PresenceHandlers): PresenceWatch;

  /**
   * Sets what others see of this client, in place of what was set before. It ends with the connection, and the client sets it again on the
   * next one.
   * @returns a promise that is fulfilled once the server has it, or something newer
   * @throws WsmqError a final refusal, such as `invalid-message`; `client-closed`: the client was stopped
   */
  set(own: OwnPresence): Promise<void>;

  /** Returns the presence of users, at most 200, in the same order. Waits for a connection, at most for `sendTimeout`. */
  get(users: string[]): Promise<UserPresence[]>;
}
