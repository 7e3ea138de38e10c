import { signal } from "@preact/signals";
import { join, leave, members } from "./server";

export const GROUP = "ops";

/** The members of the group, as the host knows them. */
export const memberNames = signal<readonly string[]>([]);
export const groupError = signal("");

export async function refreshMembers(): Promise<void> {
  try {
    memberNames.value = await members(GROUP);
    groupError.value = "";
  } catch (e) {
    groupError.value = (e as Error).message;
  }
}

export async function setMember(user: string, isMember: boolean): Promise<void> {
  await (isMember ? join : leave)(GROUP, user).catch((e: Error) => { groupError.value = e.message; });
  await refreshMembers();
}
