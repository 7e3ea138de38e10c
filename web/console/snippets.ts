import document from "../../docs/console.md";
import { signal } from "@preact/signals";
import { API } from "./server";

/** Code in three languages that does what an action of the page does. */
export interface Snippet {
  title: string;
  note: string;
  code: Partial<Record<Language, string>>;
}

export const LANGUAGES = ["C#", "TypeScript", "curl"] as const;
export type Language = (typeof LANGUAGES)[number];

const FENCES: Record<string, Language> = { csharp: "C#", ts: "TypeScript", sh: "curl" };

/** The sections of docs/console.md: its code is compiled and run by the tests, so that what the page shows works. */
export const snippets: readonly Snippet[] = document.split(/^## /m).slice(1).map(section => {
  const [title = "", , note = ""] = section.split("\n");
  const blocks = section.matchAll(/```(\w+)\n(.*?)\n```/gs);
  return { title, note, code: Object.fromEntries([...blocks].map(([, fence, text]) => [FENCES[fence!], text])) };
});

/** What the page shows now, and with which values. */
export const shown = signal<{ title: string; user: string; text: string }>({ title: "Send a message", user: "alice", text: "hello" });

export function show(title: string, user: string, text = "hello"): void {
  shown.value = { title, user, text };
}

/** Where a terminal in a clone of the repository gets what a command names: the URL of the API, and tokens. */
function before(command: string): string {
  const users = ["ALICE", "BOB", "ADMIN"].filter(name => command.includes(`$${name}`));
  const tokens = users.map(name => `${name}=$(dotnet run --no-build --project Wsmq.Cli -- token --user ${name.toLowerCase()})`);
  return [`WSMQ=${API}`, ...tokens, "", command].join("\n");
}

const OTHER: Record<string, string> = { alice: "bob", bob: "alice", ALICE: "BOB", BOB: "ALICE" };

/** The code with the acting user and the text of the last action. */
export function filledIn(code: string, language: Language, user: string, text: string): string {
  const swapped = user === "bob" ? code.replace(/\b(alice|bob|ALICE|BOB)\b/g, name => OTHER[name]!) : code;
  const literal = JSON.stringify(text).slice(1, -1);
  const filled = swapped.replace(/\bhello\b/g, () => (language === "curl" ? literal.replaceAll("'", "'\\''") : literal));
  return language === "curl" ? before(filled) : filled;
}
