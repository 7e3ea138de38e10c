import { computed, signal } from "@preact/signals";
import { ask, get } from "./call";
import { textOf, type Problem } from "./problem";

/** What an operator can be allowed to do. */
export type Action = "View" | "ReadBody" | "Replay" | "Remove" | "ChangeMembers" | "Disconnect" | "Ban" | "Revoke" | "Send";

interface Rights {
  user: string;
  actions: Action[];
}

/** What the user may do in general; undefined until it is known. */
export const rights = signal<Rights | undefined>(undefined);

/** Why nothing is known about the rights of the user. */
export const refused = signal("");
const forTargets = signal<Readonly<Record<string, Action[] | undefined>>>({});

/** Whether the user has any right without a target. */
export const isOperator = computed(() => (rights.value?.actions.length ?? 0) > 0);

export async function loadRights(): Promise<void> {
  refused.value = "";
  forTargets.value = {};
  try {
    rights.value = await ask<Rights>(get("/rights"));
  } catch (e) {
    // Managers of queues, for example, are no operators.
    rights.value = { user: "", actions: [] };
    if ((e as Problem).status !== 403) refused.value = textOf(e);
  }
}

/** Whether the user may do this, to this address or, without one, in general. A right that is not known yet is not there. */
export function may(action: Action, target?: string): boolean {
  if (target === undefined) return rights.value?.actions.includes(action) ?? false;
  if (!(target in forTargets.peek())) void loadFor(target);
  return forTargets.value[target]?.includes(action) ?? false;
}

async function loadFor(target: string): Promise<void> {
  forTargets.value = { ...forTargets.peek(), [target]: undefined };
  let actions: Action[] = [];
  try {
    ({ actions } = await ask<Rights>(get("/rights", { target }), { isQuiet: true }));
  } catch {
    // Refused: no right.
  }

  forTargets.value = { ...forTargets.peek(), [target]: actions };
}
