import { batch, signal } from "@preact/signals";

const KEY = "wsmq-token";
const { api, token: tokenPath } = document.documentElement.dataset as { api: string; token: string };

/** The URL of the HTTP API. */
export const API = new URL(api, location.href).href.replace(/\/$/, "");

/** Whether the app has an endpoint that gives this page a token. */
export const canAskForToken = tokenPath !== "";

/** A pasted token, in this tab only and until it is closed. With cookies there is none, and none is needed. */
export const token = signal(read());

/** Whether the API has answered that it does not know who asks. */
export const isUnknown = signal(false);

/** Whether the rights that are shown are those of the operator who is signed in now. */
export const isKnown = signal(false);

/** Why nothing is known about the rights of the user. Empty where the API has answered. */
export const refused = signal("");

/** The API does not know who asks, or not any more; or, with a reason, nobody could be asked. */
export function lose(why = ""): void {
  batch(() => {
    isUnknown.value = true;
    isKnown.value = false;
    refused.value = why;
  });
}

/** Counts sign-ins and sign-outs: an answer to a call before one of them says nothing of the operator after it. */
export const sessions = signal(0);

export function setToken(value: string): void {
  batch(() => {
    token.value = value;
    isUnknown.value = false;
    refused.value = "";
    sessions.value++;
  });
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden: the token holds until the page is left.
  }
}

/** Tries again with what the browser has: with cookies the user signs in elsewhere. */
export function retry(): void {
  setToken(token.value);
}

/** Asks the app for a token. */
export async function askForToken(): Promise<void> {
  const answer = await fetch(tokenPath, { method: "POST" });
  if (!answer.ok) throw new Error(`The app gives no token (${answer.status}).`);
  setToken(((await answer.json()) as { token: string }).token);
}

function read(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
