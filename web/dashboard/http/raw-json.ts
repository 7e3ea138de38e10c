// Numbers of a body can have more digits than JavaScript keeps, so bodies are never parsed: they are cut out of the answer, and shown
// and sent as they are.
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The members of an object as the texts of their values; undefined if the text is no object. */
export function members(text: string): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  let [depth, name, begin] = [0, "", -1];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (depth === 1 && begin < 0 && token.startsWith('"')) name = JSON.parse(token) as string;
    if (depth === 1 && token === ":") begin = index + 1;
    else if (depth === 1 && begin >= 0 && (token === "," || token === "}")) {
      found[name] = text.slice(begin, index).trim();
      begin = -1;
    }

    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    if (depth === 0 && token !== "}") return undefined;
  }

  return found;
}

/** The elements of an array, as they are. */
export function elements(text: string): string[] {
  const found: string[] = [];
  let [depth, begin] = [0, -1];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const isEnd = depth === 1 && (token === "," || token === "]");
    if (isEnd && begin >= 0) found.push(text.slice(begin, index).trim());
    if (isEnd) begin = -1;
    else if (depth === 1 && begin < 0) begin = index;
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
  }

  return found;
}

/** The same JSON on several lines: only white space is different. */
export function indented(text: string): string {
  let [out, depth, last] = ["", 0, ""];
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    if (closes) depth--;
    if (closes ? last !== "{" && last !== "[" : last === "{" || last === "[" || last === ",") out += line();
    out += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth++;
    last = token;
  }

  return out;
}

/** Whether the text is one JSON value. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
