/** Runs in a page: defines `app`, with which tests drive the client there. It can use nothing from outside of itself. */
export function inPage() {
  const FAST = { min: 10, max: 200 };
  const app = globalThis.app = {
    received: [], states: [], errors: [], gaps: [], refused: [], storage: [], results: {}, losses: 0,

    /** Makes a client. @param options those of the client; `user` the user whose tokens it gets; `keeps` whether it has an outbox; `isPresent` whether it takes part in presence */
    create({ user, keeps = false, bounds = {}, isPresent = false, ...options }) {
      const { WsmqClient, outbox, presence } = globalThis.wsmq;
      const accessTokenProvider = async () => (await fetch(`/token/${encodeURIComponent(user)}`)).text();
      app.client = new WsmqClient({
        accessTokenProvider, reconnectBackoff: FAST, sendBackoff: FAST, handlerBackoff: FAST,
        ...(keeps && { outbox: outbox({ user: keeps === true ? user : keeps, name: 'one', ...bounds }) }), ...options,
      });
      if (isPresent) presence(app.client);
      app.client.onAny(message => { app.received.push(message.body); });
      app.client.listen('state', ({ state, previous, error }) => {
        app.states.push({ state, error: error?.code ?? error?.message });
        if (previous === 'connected' && state === 'reconnecting') app.losses++;
      });
      app.client.listen('error', ({ error }) => { app.errors.push(error.code ?? error.message); });
      app.client.listen('gap', gap => { app.gaps.push(gap); });
      app.client.listen('refused', ({ to, type, body, error }) => { app.refused.push({ to, type, body, code: error.code }); });
      app.client.listen('outbox', ({ storage }) => { app.storage.push(storage); });
    },


    /** Sends bodies at once, and returns when all are kept. The results are noted. */
    async queue(to, bodies) {
      await Promise.all(bodies.map(body => {
        const sent = app.client.send(to, 'test', body);
        sent.then(({ position }) => { app.results[body] = position; }, e => { app.results[body] = e.code ?? String(e); });
        return sent.queued;
      }));
    },

    async send(to, body) {
      return (await app.client.send(to, 'test', body)).position;
    },
  };
}
