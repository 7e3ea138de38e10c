export const $ = id => document.getElementById(id);

/** An element with text: what people write is never taken for HTML. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export const timeOf = at => element("time", {
  dateTime: new Date(at).toISOString(),
  textContent: new Date(at).toLocaleString([], { dateStyle: "short", timeStyle: "short" }),
});
