import type { IHubProtocol } from "@microsoft/signalr";
import { HubConnection } from "@microsoft/signalr/dist/esm/HubConnection.js";
import { NullLogger } from "@microsoft/signalr/dist/esm/Loggers.js";
import { Socket } from "./socket.js";

// HubConnectionBuilder contains negotiation, long polling, server-sent events and two HTTP clients, a third of SignalR, and wsmq uses none
// of them. What it calls is not part of SignalR's documented API, so that the version of the package is exact.
const { create } = HubConnection as unknown as { create(socket: Socket, logger: NullLogger, protocol: IHubProtocol): HubConnection };

/** A connection of SignalR in browser bundles: over WebSockets only. */
export const createConnection = (url: string, token: string | undefined, protocol: IHubProtocol): HubConnection =>
  create(new Socket(token === undefined ? url : `${url}&access_token=${encodeURIComponent(token)}`), NullLogger.instance, protocol);
