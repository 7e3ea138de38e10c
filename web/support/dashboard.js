/** The dashboard as somebody who looks at it sees it. */
export class Dashboard {
  constructor(page) {
    this.page = page;
    this.dialog = page.getByRole('dialog');
  }

  /** Opens a page of it, by its parts. */
  go(...parts) {
    return this.page.evaluate(to => { location.hash = to; }, `/${parts.map(encodeURIComponent).join('/')}`);
  }

  press(name, within = this.page) {
    return within.getByRole('button', { name, exact: true }).click();
  }

  /** Presses a button that asks, fills in its fields, returns the call that it shows, and confirms. */
  async act(name, { fields = {}, within = this.page, then = name.replace('…', '') } = {}) {
    await this.press(name, within);
    for (const [label, value] of Object.entries(fields)) {
      const field = this.dialog.getByLabel(label);
      if (await field.evaluate(element => element.tagName === 'SELECT')) await field.selectOption(value);
      else await field.fill(value);
    }

    const curl = await this.dialog.getByLabel('The call with curl').textContent();
    await this.press(then, this.dialog);
    await this.dialog.waitFor({ state: 'hidden' });
    return curl;
  }

  region(name) {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** The row of a table that has a text. */
  row(table, text) {
    return this.page.getByRole('group', { name: table, exact: true }).getByRole('row').filter({ hasText: text });
  }

  sections() {
    return this.page.getByRole('navigation').getByRole('link').allTextContents();
  }

  /** The names of all buttons of the content. */
  async buttons() {
    const names = await this.page.getByRole('main').getByRole('button').allTextContents();
    return [...new Set(names)];
  }
}
