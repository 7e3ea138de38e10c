import { HttpTransportType, HubConnectionBuilder, LogLevel, type HubConnection, type IHubProtocol } from "@microsoft/signalr";

/** A connection of SignalR, for Node.js and whatever does not bundle for browsers. */
export const createConnection = (url: string, token: string | undefined, protocol: IHubProtocol): HubConnection =>
  new HubConnectionBuilder()
    .withUrl(url, {
      transport: HttpTransportType.WebSockets,
      skipNegotiation: true,
      ...(token !== undefined && { accessTokenFactory: () => token }),
    })
    .withHubProtocol(protocol)
    .configureLogging(LogLevel.None)
    .build();
