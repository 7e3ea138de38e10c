// What the page asks the app, besides its messages.

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method, ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer;
}

const membership = room => `/rooms/${encodeURIComponent(room)}/membership`;

export const me = async () => (await ask("GET", "/me")).json();
export const signIn = user => ask("POST", `/sign-in/${encodeURIComponent(user)}`);
export const signOut = () => ask("POST", "/sign-out");
export const rooms = async () => (await ask("GET", "/rooms")).json();
export const makeRoom = async room => (await ask("POST", "/rooms", room)).json();
export const members = async room => (await ask("GET", `/rooms/${encodeURIComponent(room)}/members`)).json();
export const join = room => ask("PUT", membership(room));
export const leave = room => ask("DELETE", membership(room));
