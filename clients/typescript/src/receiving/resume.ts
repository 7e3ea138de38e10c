const MOST_IN_A_ROW = 3;

// The phases of a source. An enum would be an object of its own in every bundle.

/** Each entry follows the one before it. */
const FOLLOWING = 0;

/** Resume is to be called. */
const WANTED = 1;

/** Resume is in flight, and no entry was taken since: what arrives may be from before the call. */
const IN_FLIGHT = 2;

/** Resume is in flight, and entries were taken since. */
const PROGRESSING = 3;

/** Whether a source has to call Resume because entries are missing, and when missing entries count as lost. Only state. */
export class Resume {
  #phase = FOLLOWING;
  #again = false;
  #inARow = 0;
  #refused = false;
  #mayBeBehind = false;

  /** Whether Resume is to be called, or is in flight. */
  get isNeeded(): boolean {
    return this.#phase !== FOLLOWING;
  }

  /** Whether missing entries count as lost: the server refused Resume, or answered several times without delivering them. */
  get mayGiveUp(): boolean {
    return !this.isNeeded && (this.#refused || this.#inARow >= MOST_IN_A_ROW);
  }

  /** @param received whether something was received before: until the next connection another one of the device may acknowledge more */
  lost(received: boolean): void {
    this.#mayBeBehind = received;
  }

  connected(): void {
    this.#reset();
    if (this.#mayBeBehind && !this.isNeeded) this.#phase = WANTED;
    this.#mayBeBehind = false;
  }

  taken(): void {
    this.#reset();
    if (this.#phase === IN_FLIGHT) this.#phase = PROGRESSING;
  }

  /** An entry was dropped for lack of room: it must be delivered again. */
  dropped(): void {
    this.#again = this.isNeeded;
    if (!this.isNeeded) this.#phase = WANTED;
  }

  /** The app wants to go on elsewhere. What a call in flight delivers is not that. */
  seek(): void {
    this.#reset();
    if (this.#phase === FOLLOWING) this.#phase = WANTED;
    else this.#again = true;
  }

  /** Entries are missing before one that arrived. */
  miss(): void {
    if (this.isNeeded) {
      this.#again ||= this.#phase === PROGRESSING;
    } else {
      this.#phase = WANTED;
      this.#inARow++;
    }
  }

  begin(): void {
    this.#phase = IN_FLIGHT;
    this.#again = false;
  }

  answered(refused: boolean): void {
    this.#phase = this.#again ? WANTED : FOLLOWING;
    this.#refused = refused;
  }

  #reset(): void {
    this.#inARow = 0;
    this.#refused = false;
  }
}
