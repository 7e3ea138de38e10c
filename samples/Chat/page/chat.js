import { WsmqClient } from "@wsmq/client";
import { outbox } from "@wsmq/client/outbox";
import { presence } from "@wsmq/client/presence";
import { tracking } from "@wsmq/client/tracking";
import { $, element } from "./elements.js";
import { People } from "./people.js";
import * as server from "./server.js";
import { Transcript } from "./transcript.js";
import { LINE, Unread } from "./unread.js";

const { user: me, users } = await server.me();
if (me) await chat();
else signIn();

function signIn() {
  $("sign-in").hidden = false;
  $("users").replaceChildren(...users.map(user => element("button", {
    textContent: user,
    onclick: async () => {
      await server.signIn(user);
      location.reload();
    },
  })));
}

async function chat() {
  $("chat").hidden = false;
  let rooms = [];
  let current;                             // the room that is open
  let shown = "";                          // what the list of rooms shows

  // What is written waits on the disk until the server has it, over reloads and days without a connection, and leaves in its order.
  const client = new WsmqClient({ url: "/wsmq", outbox: outbox({ user: me }) });
  const transcript = new Transcript({
    client, sent: tracking(client), me, scroller: $("scroller"), list: $("lines"), earlier: $("earlier"),
  });
  const people = new People({ presence: presence(client), me, list: $("people"), typing: $("typing") });
  const unread = new Unread(me, room => room === current?.id && document.visibilityState === "visible", showRooms);

  client.listen("received", message => {
    transcript.show(message);
    unread.arrived(message);
    if (message.type !== LINE && message.source === current?.address) people.load().catch(console.warn);
  });
  client.onAny((message, { signal }) => unread.seen(message, signal));
  client.onLive("rooms-changed", loadRooms);
  client.listen("state", ({ state }) => {
    void showState();
    if (state !== "connected") return;
    void loadRooms();
    void transcript.connected();
    people.load().catch(console.warn);
  });
  client.listen("pending", showWaiting);
  client.listen("refused", ({ id, body, error }) => {
    if (!transcript.refused(id, error.code)) $("problem").textContent = `Not sent: “${body?.text}” (${error.code})`;
  });
  client.listen("error", ({ error }) => console.warn(error));
  document.addEventListener("visibilitychange", () => unread.look());
  addEventListener("hashchange", show);

  async function loadRooms() {
    const known = await server.rooms().catch(console.warn);
    if (!known) return;
    for (const { id } of known.filter(({ isMember }) => !isMember)) unread.forget(id);
    rooms = known.map(room => ({ ...room, address: `group:${room.id}` }));
    show();
  }

  /** Opens the room that the address of the page names. */
  function show() {
    const wanted = rooms.find(({ id, isMember }) => isMember && id === location.hash.slice(1));
    if (wanted?.id !== current?.id) {
      current = wanted;
      if (wanted) {
        void transcript.open(wanted.address);
        people.open(wanted.id).catch(console.warn);
      } else {
        transcript.close();
        people.close();
      }
    }

    $("room").hidden = $("beside").hidden = !wanted;
    $("room-name").textContent = wanted?.name ?? "";
    $("text").disabled = $("send").disabled = !wanted?.mayWrite;
    $("text").placeholder = wanted?.mayWrite === false ? "Only its owner writes here" : "Message";
    unread.look();
    showRooms();
  }

  function showRooms() {
    const next = JSON.stringify([rooms, rooms.map(({ id }) => unread.count(id)), current?.id]);
    if (next === shown) return;            // made anew, the list would lose the focus of the keyboard
    shown = next;
    $("rooms").replaceChildren(...rooms.map(({ id, name, isMember }) => {
      if (!isMember) return element("li", {}, name, " ", element("button", { textContent: "Join", ariaLabel: `Join ${name}`, onclick: () => join(id) }));
      const link = element("a", { href: `#${id}` }, name);
      if (id === current?.id) link.ariaCurrent = "page";
      const count = unread.count(id);
      return element("li", {}, link, ...(count ? [" ", element("b", { className: "count", textContent: count > 99 ? "99+" : count, ariaLabel: `${count} unread` })] : []));
    }));
    document.title = unread.total ? `(${unread.total}) Chat` : "Chat";
  }

  async function join(room) {
    await server.join(room);
    await loadRooms();
    location.hash = room;
  }

  /** What waits, also what was written before a reload or is written in another tab. */
  async function showWaiting() {
    try {
      const lines = (await client.pendingMessages()).filter(({ type }) => type === LINE);
      transcript.waiting(lines);
    } catch (error) {
      console.warn(error);
    }

    await showState();
  }

  async function showState() {
    const waiting = await client.pending();
    $("state").textContent = `${me}: ${client.state}${waiting ? `, ${waiting} waiting to be sent` : ""}`;
  }

  $("composer").addEventListener("submit", event => {
    event.preventDefault();
    const text = $("text").value.trim();
    if (!text || !current) return;
    const [id, body] = [crypto.randomUUID(), { text, others: people.others }];
    transcript.sending(current.address, id, body);
    const sent = client.send(current.address, LINE, body, { id, track: true });
    sent.catch(error => transcript.refused(id, error.code));
    $("text").value = "";
    people.typed(false);
  });
  $("text").addEventListener("input", () => people.typed($("text").value !== ""));
  $("lines").addEventListener("readers", ({ detail: { read, delivered } }) => {
    $("readers-text").textContent = `Read by ${read.join(", ") || "nobody yet"}${delivered.length ? `. Delivered to ${delivered.join(", ")}` : ""}`;
    $("readers").showModal();
  });
  $("new-room").addEventListener("submit", async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const { id } = await server.makeRoom({ name: form.get("name"), isAnnouncement: form.has("announcement") });
    event.target.reset();
    await loadRooms();
    location.hash = id;
  });
  $("leave").addEventListener("click", async () => {
    await server.leave(current.id);
    location.hash = "";
    await loadRooms();
  });
  $("sign-out").addEventListener("click", async () => {
    if (await client.pending() > 0 && confirm("Discard what was not sent yet?")) await client.discard();
    await client.stop();
    await server.signOut();
    location.reload();
  });

  await showWaiting();
  void loadRooms();
  await client.start();
}
