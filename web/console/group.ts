import { signal } from "@preact/signals";
import { join, leave, members } from "./server";

export const GROUP = "ops";

/** The members of the group, as the host knows them. */
export const memberNames = signal<readonly string[]>([]);

/** Why they are not known, or could not be changed. */
export const groupError = signal("");

export const refreshMembers = () => setMembers(async () => {});

export const setMember = (user: string, isMember: boolean) => setMembers(() => (isMember ? join : leave)(GROUP, user));

async function setMembers(change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
    memberNames.value = await members(GROUP);
    groupError.value = "";
  } catch (e) {
    groupError.value = (e as Error).message;
  }
}
