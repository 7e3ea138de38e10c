import { WsmqClient } from "@wsmq/client";
import { tracking } from "@wsmq/client/tracking";

/** @type {WsmqClient<{ chat: { text: string } }>} */
const client = new WsmqClient({ url: "/wsmq", accessTokenProvider: getToken });
client.on("chat", ({ id, sender, body }) => show(id, sender, body.text));           // acknowledged once it is shown: that is the read mark
tracking(client).listen(({ id, state }) => mark(id, state));                        // one tick for delivered, two for acknowledged
await client.start();
await client.send("user:bob", "chat", { text: "hi" }, { track: true });
