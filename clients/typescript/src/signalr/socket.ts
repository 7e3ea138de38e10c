/** What SignalR needs of a transport (its IConnection), over the browser's WebSocket. */
export class Socket {
  readonly features = {};
  readonly baseUrl = "";
  onreceive: ((data: string) => void) | null = null;
  onclose: ((error?: unknown) => void) | null = null;
  #socket: WebSocket | undefined;

  constructor(readonly url: string) {}

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = this.#socket = new WebSocket(this.url.replace("http", "ws"));
      let hasOpened = false;
      socket.onopen = () => {
        hasOpened = true;
        resolve();
      };
      socket.onmessage = ({ data }) => {
        try {
          this.onreceive?.(data);
        } catch (e) {
          this.#end(e);
        }
      };
      socket.onclose = ({ code, reason }) => {
        if (hasOpened) this.#end(code === 1000 ? undefined : new Error(`the WebSocket was closed with the status ${code} ${reason}`));
        else reject(new Error("the WebSocket was not opened: is the server started, is a hub at this path, is the token accepted?"));
      };
    });
  }

  send(data: string): Promise<void> {
    if (this.#socket?.readyState !== 1) return Promise.reject("the WebSocket is not open");
    this.#socket.send(data);
    return Promise.resolve();
  }

  async stop(error?: unknown): Promise<void> {
    // Later: SignalR calls this while it reads a frame, and starts a timer afterwards that the end has to stop.
    await Promise.resolve();
    this.#end(error);
  }

  // The connection counts as closed at once: a socket whose network has gone stays in its closing handshake for long.
  #end(error: unknown): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    const wasOpen = socket.readyState !== 0;
    socket.onmessage = null;
    if (wasOpen) socket.onclose = null;
    socket.close();
    if (wasOpen) this.onclose?.(error);
  }
}
