import { batch, computed, signal } from "@preact/signals";
import { ask, get, made } from "./call";
import { textOf, type Problem } from "./problem";
import type { Rights } from "./types";
import { isKnown, lose, sessions, setToken } from "./session";

/** What an operator can be allowed to do. */
export type Action = "View" | "ReadBody" | "Replay" | "Remove" | "ChangeMembers" | "Disconnect" | "Ban" | "Revoke" | "Send";

/** What the user may do in general; undefined until it is known. */
export const rights = signal<Rights | undefined>(undefined);

/** Why nothing is known about the rights of the user. */
export const refused = signal("");
const forTargets = signal<Readonly<Record<string, readonly string[] | undefined>>>({});

/** Whether the user has any right without a target. */
export const isOperator = computed(() => (rights.value?.actions.length ?? 0) > 0);

/** Counts operators: another one, and one whose name is not known, gets a new page. */
export const operators = signal(0);

/** Asks for the rights after a sign-in. What is known of another operator is forgotten. */
export async function loadRights(): Promise<void> {
  const session = sessions.value;
  let found: Rights = { user: "", actions: [] };
  let failure = "";
  try {
    found = await ask<Rights>(get("/rights"));
  } catch (e) {
    const { status } = e as Problem;
    if (status === 401) return;

    // Managers of queues, for example, are no operators.
    if (status !== 403) failure = textOf(e);
  }

  if (session !== sessions.value) return;
  if (failure && rights.value) {
    refused.value = failure;
    return lose();
  }

  batch(() => {
    if (!found.user || rights.value?.user !== found.user) {
      operators.value++;
      made.value = made.value.slice(0, 1);
    }

    forTargets.value = {};
    refused.value = failure;
    rights.value = found;
    isKnown.value = true;
  });
}

/** Forgets the operator, what was asked for and what was answered. */
export function signOut(): void {
  batch(() => {
    setToken("");
    lose();
    rights.value = undefined;
    forTargets.value = {};
    refused.value = "";
    made.value = [];
  });
}

/** Whether the user may do this, to this address or, without one, in general. A right that is not known yet is not there. */
export function may(action: Action, target?: string): boolean {
  if (target === undefined) return rights.value?.actions.includes(action) ?? false;
  if (!(target in forTargets.peek())) void loadFor(target);
  return forTargets.value[target]?.includes(action) ?? false;
}

async function loadFor(target: string): Promise<void> {
  forTargets.value = { ...forTargets.peek(), [target]: undefined };
  const session = sessions.value;
  let actions: readonly string[] = [];
  try {
    ({ actions } = await ask<Rights>(get("/rights", { target }), { isQuiet: true }));
  } catch {
    // Refused: no right.
  }

  if (session === sessions.value) forTargets.value = { ...forTargets.peek(), [target]: actions };
}
