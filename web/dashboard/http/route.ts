import { computed, signal } from "@preact/signals";

// In the fragment: no URL of the server has to lead to the page, below whatever prefix it is, and the fragment is in no log of a server.
const hash = signal(location.hash);
addEventListener("hashchange", () => { hash.value = location.hash; });

/** Where the user is: the parts of the path, and what is searched for. */
export const route = computed(() => {
  const [path = "", search = ""] = hash.value.slice(1).split("?");
  return { parts: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(search) };
});

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A link to a page. */
export function link(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function linkWith(parts: string[], query: Record<string, string | undefined>): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  const search = new URLSearchParams(pairs).toString();
  return link(...parts) + (search && `?${search}`);
}

export function go(to: string): void {
  location.hash = to;
}
