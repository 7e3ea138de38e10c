import { batch, computed, signal } from "@preact/signals";
import { ask, get, made } from "./call";
import { textOf, type Problem } from "./problem";
import type { Rights } from "./types";
import { isKnown, isUnknown, lose, refused, sessions, setToken } from "./session";

/** What an operator can be allowed to do. */
export type Action = "View" | "ReadBody" | "Replay" | "Remove" | "ChangeMembers" | "Disconnect" | "Ban" | "Revoke" | "Send";

/** What the user may do in general; undefined until it is known. */
export const rights = signal<Rights | undefined>(undefined);
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
  if (failure && rights.value) return lose(failure);
  const isSame = found.user !== "" && rights.value?.user === found.user;
  batch(() => {
    if (!isSame) {
      operators.value++;
      made.value = made.value.slice(0, 1);
      forTargets.value = {};
    }

    refused.value = failure;
    rights.value = found;
    isKnown.value = true;

    // With the one before: a page that nobody is asked to sign in to must not stand still.
    isUnknown.value = false;
  });

  // What is shown stays until the answers: a dialog in which something was typed, for example.
  if (isSame) for (const target of Object.keys(forTargets.peek())) void loadFor(target);
}

/** Forgets the operator, what was asked for and what was answered. */
export function signOut(): void {
  batch(() => {
    setToken("");
    lose();
    rights.value = undefined;
    forTargets.value = {};
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
  const before = forTargets.peek()[target];
  forTargets.value = { ...forTargets.peek(), [target]: before };
  const session = sessions.value;
  let actions: readonly string[] = [];
  try {
    ({ actions } = await ask<Rights>(get("/rights", { target }), { isQuiet: true }));
  } catch (e) {
    const { status } = e as Problem;

    // Asked again after the next sign-in.
    if (status === 401) return;

    // Refused: no right. Without an answer what was known holds; the server asks itself for each call.
    if (status !== 403) actions = before ?? [];
  }

  if (session === sessions.value) forTargets.value = { ...forTargets.peek(), [target]: actions };
}
