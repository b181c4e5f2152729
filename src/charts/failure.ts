/** Why there is no picture. */

/** `busy`: too many wait already. `slow`: it took too long. `broken`: a fault; the message is for the log. */
export type ChartFailure = 'busy' | 'slow' | 'broken';

export class ChartFailed extends Error {
  readonly code: ChartFailure;

  constructor(code: ChartFailure, message: string) {
    super(message);
    this.code = code;
  }
}
