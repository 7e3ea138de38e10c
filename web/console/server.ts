const { hub, api, console: own } = document.documentElement.dataset as Record<string, string>;

/** The URL of the hub, relative to the page. */
export const HUB = hub!;

/** The URL of the HTTP API as a script elsewhere calls it. */
export const API = new URL(api!, location.href).href;

// A browser says only "Failed to fetch".
const request = (url: string, init: RequestInit) =>
  fetch(url, init).catch(() => { throw new Error("The host cannot be reached: is it running?"); });

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  const init: RequestInit = { method };
  if (body !== undefined) Object.assign(init, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  const answer = await request(`${own}${path}`, init);
  if (answer.ok) return answer;
  throw new Error(answer.status === 404
    ? "The console works on the host's own machine only, under localhost or 127.0.0.1, and not through a proxy."
    : `The host refuses the console (${answer.status}).`);
}

/** A token of a user: the host signs one for everybody who asks from this page. */
export async function tokenOf(user: string): Promise<string> {
  return ((await (await call("POST", `/token?user=${user}`)).json()) as { token: string }).token;
}

export const join = (group: string, user: string) => call("PUT", `/groups/${group}/members/${user}`);
export const leave = (group: string, user: string) => call("DELETE", `/groups/${group}/members/${user}`);
export const push = (user: string, text: string) => call("POST", `/live?user=${user}`, { text });

export async function members(group: string): Promise<string[]> {
  return (await (await call("GET", `/groups/${group}/members`)).json()) as string[];
}

/** A call of the HTTP API as a user. */
export async function ask<T>(user: string, method: string, path: string): Promise<T> {
  const answer = await request(`${API}${path}`, { method, headers: { Authorization: `Bearer ${await tokenOf(user)}` } });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({})) as { title?: string }).title ?? `The host answered ${answer.status}.`);
  return (await answer.json()) as T;
}
