const BYTES = 12;

/** An id that nobody else has. Not by randomUUID, which a page has only over https. */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(BYTES)), byte => byte.toString(16).padStart(2, "0")).join("");
