import * as signalR from "@microsoft/signalr";
import { keepConnected } from "./wsmq.js";

const connection = new signalR.HubConnectionBuilder()
  .withUrl("/wsmq?device=web", {
    transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true,         // any node, without sticky sessions
    accessTokenFactory: getToken,                                                   // called at every connect
  })
  .configureLogging("warn")                                                         // the default level logs the token
  .build();
connection.on("Live", message => showProgress(message.body));
const wsmq = keepConnected(connection, {
  handle: message => show(message.body),                                            // acknowledged after it succeeded
  missing: source => reload(source),                                                // messages will not arrive: reload the state
  ended: () => signIn(),                                                            // the token was revoked or the user banned
});
await wsmq.send("user:bob", "chat", { text: "hi" });
