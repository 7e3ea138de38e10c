import { headersOf, urlOf, type Call } from "./call";
import { Problem } from "./problem";
import { lose, sessions } from "./session";

const TOKEN_EXPIRED = 1011;

/** One server-sent event. Without data it only has an id: where the stream begins. */
export interface ServerEvent {
  id: string;
  name: string;
  data: string;
}

/** Reads an event stream until it ends; fails where the server says why. Not by EventSource: that cannot send a token in a header, and a URL ends up in logs. */
export async function* events(call: Call, last: string, signal: AbortSignal, opened: () => void): AsyncGenerator<ServerEvent> {
  const session = sessions.value;
  const expired = () => { if (session === sessions.value) lose(); };
  const headers = { ...headersOf(), Accept: "text/event-stream" };
  let answer = await fetch(urlOf(call), { headers: { ...headers, ...(last && { "Last-Event-ID": last }) }, signal });

  // The server tells browsers to stay away; asked without the header, it says why.
  if (answer.status === 204) answer = await fetch(urlOf({ ...call, query: { ...call.query, after: last } }), { headers, signal });
  if (answer.status === 401) expired();
  if (!answer.ok) throw await Problem.of(answer);
  opened();
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "";;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const event = parse(block);
      if (event.name === "end") {
        const problem = Problem.from(event.data, 0);
        if (problem.number === TOKEN_EXPIRED) expired();
        throw problem;
      }

      if (event.data || event.id) yield event;
    }
  }
}

function parse(block: string): ServerEvent {
  const event = { id: "", name: "message", data: "" };
  for (const line of block.split("\n")) {
    const end = line.indexOf(":");
    const [name, value] = [line.slice(0, end), line.slice(end + 1).replace(/^ /, "")];
    if (name === "id") event.id = value;
    if (name === "event") event.name = value;
    if (name === "data") event.data += event.data ? `\n${value}` : value;
  }

  return event;
}
