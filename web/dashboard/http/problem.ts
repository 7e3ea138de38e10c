/** Why a call failed, in the words of the API (RFC 9457). */
export class Problem extends Error {
  constructor(readonly status: number, readonly number: number | undefined, text: string) {
    super(text);
  }

  static async of(answer: Response): Promise<Problem> {
    const text = await answer.text();
    try {
      const { number, title, detail } = JSON.parse(text) as { number?: number; title?: string; detail?: string };
      return new Problem(answer.status, number, [title, detail].filter(Boolean).join(" ") || `The server answered ${answer.status}.`);
    } catch {
      return new Problem(answer.status, undefined, answer.status === 404
        ? "The app does not have this endpoint: its version of wsmq is older than this page, or the API is at another path."
        : `The server answered ${answer.status}.`);
    }
  }
}

export const textOf = (error: unknown) => error instanceof TypeError ? "The server cannot be reached." : (error as Error).message;
