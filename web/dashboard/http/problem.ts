const TRIED_AGAIN = [408, 429];

/** Why a call failed, in the words of the API (RFC 9457). */
export class Problem extends Error {
  /** @param canRetry whether the same call can succeed later without a change */
  constructor(readonly status: number, readonly number: number | undefined, text: string, readonly canRetry: boolean) {
    super(text);
  }

  static async of(answer: Response): Promise<Problem> {
    return Problem.from(await answer.text(), answer.status);
  }

  /** @param text a problem in JSON, or something else where a proxy or the app has answered */
  static from(text: string, status: number): Problem {
    const canRetry = status >= 500 || TRIED_AGAIN.includes(status);
    try {
      const { number, title, detail, retry } = JSON.parse(text) as { number?: number; title?: string; detail?: string; retry?: boolean };
      return new Problem(status, number, [title, detail].filter(Boolean).join(" ") || `The server answered ${status}.`, retry ?? canRetry);
    } catch {
      return new Problem(status, undefined, status === 404
        ? "The app does not have this endpoint: its version of wsmq is older than this page, or the API is at another path."
        : `The server answered ${status}.`, canRetry);
    }
  }
}

/** Whether a call that failed in this way fails again. Without an answer of the server it need not. */
export const isFinal = (error: unknown) => error instanceof Problem && !error.canRetry;

export const textOf = (error: unknown) => error instanceof TypeError ? "The server cannot be reached." : (error as Error).message;
