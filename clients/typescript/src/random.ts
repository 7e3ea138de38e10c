/** Random bytes in hexadecimal digits. Not `randomUUID`: that exists on secure pages only. */
export const randomHex = (bytes: number) => [...crypto.getRandomValues(new Uint8Array(bytes))].map(byte => byte.toString(16).padStart(2, "0")).join("");
