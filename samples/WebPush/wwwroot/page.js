const user = new URLSearchParams(location.search).get("user") ?? "alice";
const state = document.getElementById("state");

async function call(method, path, body) {
  const response = await fetch(path, {
    method, headers: { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response;
}

function run(action) {
  action().catch(error => { state.textContent = error.message; });
}

// Browsers ask for the permission only after a click.
document.getElementById("subscribe").onclick = () => run(async () => {
  const worker = await navigator.serviceWorker.register("worker.js");
  const key = await (await call("GET", "push-key")).text();

  // Subscribed with the key of an earlier start: browsers refuse another one until that has ended.
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await call("PUT", "subscription", subscription);
  state.textContent = `${user} is notified on this device`;
});

document.getElementById("send").onsubmit = event => {
  event.preventDefault();
  const fields = new FormData(event.target);
  run(async () => {
    await call("POST", `messages/${encodeURIComponent(fields.get("to"))}`, { text: fields.get("text") });
    state.textContent = "sent";
  });
};

run(async () => {
  await call("POST", `sign-in/${encodeURIComponent(user)}`);
  state.textContent = `signed in as ${user}`;
});
