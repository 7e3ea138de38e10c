/** Requests of a page that are on their way until the test lets them go. Each is a real one, unless the page gives it up before. */
export class Held {
  requests = [];
  #waiting = [];
  #isHeld;

  /**
   * @param pattern which URLs
   * @param isHeld whether to hold a request, by its number among them
   */
  static async of(page, pattern, isHeld = () => true) {
    const held = new Held();
    held.#isHeld = isHeld;
    await page.route(pattern, route => held.#handle(route));
    return held;
  }

  /** Lets those go that are held. Returns when each has the answer of the server. */
  async release() {
    await Promise.all(this.#waiting.splice(0).map(go => go()));
  }

  async #handle(route) {
    this.requests.push(route.request());
    if (!this.#isHeld(this.requests.length)) return route.continue();
    this.#waiting.push(async () => {
      if (route.request().failure() === null) await route.fulfill({ response: await route.fetch() });
      else await route.abort().catch(() => {});
    });
  }

  /** How many are held. */
  get count() {
    return this.#waiting.length;
  }
}
