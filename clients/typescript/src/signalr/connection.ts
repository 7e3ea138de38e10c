import { HttpTransportType, HubConnectionBuilder, LogLevel, type HubConnection, type IHubProtocol } from "@microsoft/signalr";
import { explain } from "./explain.js";

/** The WebSocket of Node.js, or of what else runs this. */
type SocketClass = new (...args: any[]) => {
  on?(name: "error", listener: (error: Error) => void): void;
  addEventListener(name: "error", listener: (event: { message?: string }) => void): void;
};

/** A connection of SignalR, for Node.js and whatever does not bundle for browsers. */
export function createConnection(url: string, token: string | undefined, protocol: IHubProtocol): HubConnection {
  const connection = new HubConnectionBuilder()
    .withUrl(url, {
      transport: HttpTransportType.WebSockets,
      skipNegotiation: true,
      ...(token !== undefined && { accessTokenFactory: () => token }),
    })
    .withHubProtocol(protocol)
    .configureLogging(LogLevel.None)
    .build();
  explainFailures(connection, url, token !== undefined);
  return connection;
}

/**
 * The start fails with the reason that the socket had. SignalR drops it, and says of every failure that sticky sessions may be missing. Its
 * options are not part of its documented API, so that the version of the package is exact.
 */
function explainFailures(connection: HubConnection, url: string, sendsToken: boolean): void {
  const { _options: options } = (connection as unknown as { connection: { _options: { WebSocket?: SocketClass } } }).connection;
  if (!options.WebSocket) return;
  let reason: unknown;
  options.WebSocket = class extends options.WebSocket {
    constructor(...args: any[]) {
      super(...args);

      // Not addEventListener in Node.js: SignalR sets onerror, and there that removes such listeners.
      if (this.on) this.on("error", error => { reason = error; });
      else this.addEventListener("error", event => { reason = event.message; });
    }
  };
  const start = connection.start.bind(connection);
  connection.start = () => start().catch(e => { throw reason === undefined ? e : explain(reason, url, sendsToken); });
}
