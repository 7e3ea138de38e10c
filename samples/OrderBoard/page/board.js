import { WsmqClient } from "@wsmq/client";

const user = new URLSearchParams(location.search).get("user") ?? "alice";
const orders = new Map();                 // id -> order
await fetch(`/sign-in/${encodeURIComponent(user)}`, { method: "POST" });

const client = new WsmqClient({ url: "/wsmq" });

// All of the board with its position, at the start and whenever messages are missing.
client.snapshot("group:board", async signal => {
  const answer = await fetch("/board", { signal });
  if (!answer.ok) throw new Error(`The board could not be loaded: ${answer.status}`);
  const board = await answer.json();
  orders.clear();
  for (const order of board.orders) orders.set(order.id, order);
  show();
  return board.position;
});

// What has changed since. The data may already have the first changes, and two changes at once may be published in either order.
client.on("order-changed", ({ body: { order } }) => {
  if (order.version <= (orders.get(order.id)?.version ?? 0)) return;
  orders.set(order.id, order);
  show();
});
client.listen("state", ({ state }) => { document.querySelector("#state").textContent = `${user}: ${state}`; });
document.querySelector("#change").addEventListener("submit", event => {
  event.preventDefault();
  const { order, state } = Object.fromEntries(new FormData(event.target));
  fetch(`/orders/${encodeURIComponent(order)}?state=${encodeURIComponent(state)}`, { method: "PUT" });
});
await client.start();

function show() {
  const lines = [...orders.values()].map(({ id, state }) => Object.assign(document.createElement("li"), { textContent: `${id}: ${state}` }));
  document.querySelector("#orders").replaceChildren(...lines);
}
