import * as signalR from "@microsoft/signalr";
import { keepConnected } from "./wsmq.js";

const connection = new signalR.HubConnectionBuilder()
  .withUrl("/wsmq?device=web", {
    transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true,         // any node behind any balancer
    accessTokenFactory: getToken,                                                   // asked again at every connect
  })
  .configureLogging("warn")                                                         // by default the console shows the token
  .build();
connection.on("Live", message => showProgress(message.body));
const wsmq = keepConnected(connection, {
  handle: message => show(message.body),                                            // acknowledged when it has succeeded
  missing: source => reload(source),                                                // these will not come: load the state anew
  ended: () => signIn(),                                                            // the token was revoked, or the user banned
});
await wsmq.send("user:bob", "chat", { text: "hi" });
