/** Answers "how does the Bot API say no?": an error with its code, its real text and parameters. */

export class Refusal extends Error {
  readonly errorCode: number;
  readonly parameters: Record<string, unknown> | undefined;

  constructor(errorCode: number, description: string, parameters?: Record<string, unknown>) {
    super(description);
    this.errorCode = errorCode;
    this.parameters = parameters;
  }
}

export const badRequest = (description: string, parameters?: Record<string, unknown>) =>
  new Refusal(400, `Bad Request: ${description}`, parameters);

export const forbidden = (description: string) => new Refusal(403, `Forbidden: ${description}`);

export const conflict = (description: string) => new Refusal(409, `Conflict: ${description}`);

export const tooMany = (retryAfter: number) =>
  new Refusal(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter });
