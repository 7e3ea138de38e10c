const PATIENCE = 90_000;

/** Polls until the condition holds, and returns its value. On timeout throws the reason, which may be a function for current values. */
export async function eventually(reason, condition, patience = PATIENCE) {
  const deadline = performance.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`not within ${patience} ms: ${typeof reason === 'function' ? reason() : reason}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
