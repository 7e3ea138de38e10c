import type { PresenceChange, PresenceState, UserPresence } from "./types.js";

/** The server's call. */
export interface WireChange extends PresenceState {
  changes?: PresenceChange[];
  error?: string;
}

const gone = (user: string): UserPresence => ({ user, status: "offline", devices: [] });
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** What is known of an address: takes states and changes, and says what is different. */
export class PresenceView {
  state: PresenceState | undefined;
  #early: WireChange[] | undefined = [];

  get isCurrent(): boolean {
    return this.#early === undefined;
  }

  /** Another connection, or another attempt: nothing is taken before a whole. */
  begin(): void {
    this.#early = [];
  }

  /** Takes the answer of a watch, and the changes that have overtaken it. Returns what is different; undefined for nothing. */
  sync(state: PresenceState): PresenceChange[] | undefined {
    const before = this.state;
    this.state = state;
    for (const change of this.#early ?? []) this.#apply(change);
    this.#early = undefined;
    return difference(before, this.state);
  }

  /** Takes a change. Returns false if one before it is missing. */
  take(change: WireChange): PresenceChange[] | undefined | false {
    if (this.#early) {
      this.#early.push(change);
      return undefined;
    }

    const before = this.state;
    return this.#apply(change) && difference(before, this.state!, change.changes);
  }

  #apply({ address, version, online, away, members, changes }: WireChange): boolean {
    const { version: known, members: old } = this.state!;
    if (version <= known) return true;
    if (changes && !members && (version !== known + 1 || !old)) return false;
    const now = changes && !members ? after(old!, changes, address.startsWith("user:")) : members;
    this.state = { address, version, online, away, ...(now && { members: now }) };
    return true;
  }
}

function after(old: UserPresence[], changes: PresenceChange[], keepsOffline: boolean): UserPresence[] {
  const members = new Map(old.map(member => [member.user, member]));
  for (const { after } of changes) {
    if (after.status === "offline" && !keepsOffline) members.delete(after.user);
    else members.set(after.user, after);
  }

  return [...members.values()].sort((a, b) => a.user < b.user ? -1 : 1);
}

function difference(before: PresenceState | undefined, now: PresenceState, told: PresenceChange[] = []): PresenceChange[] | undefined {
  const old = new Map((before?.members ?? []).map(member => [member.user, member]));
  const changes: PresenceChange[] = [];
  for (const member of now.members ?? []) {
    const was = old.get(member.user) ?? gone(member.user);
    old.delete(member.user);
    if (!same(was, member)) changes.push({ before: was, after: member });
  }

  // A member who is gone is not in the list any more; only the change says when the member was last seen.
  const lastOf = (user: string) => told.find(({ after }) => after.user === user)?.after ?? gone(user);
  if (now.members) changes.push(...[...old.values()].map(was => ({ before: was, after: lastOf(was.user) })));
  const isSame = before && changes.length === 0 && before.online === now.online && before.away === now.away;
  return isSame ? undefined : changes;
}
