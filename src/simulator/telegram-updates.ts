/**
 * Answers "which updates does the bot get now?": the queue behind getUpdates with long polling, confirmation by offset,
 * allowed types, one consumer at a time and the webhook that shuts it out.
 */
import { conflict, type Refusal } from './telegram-refusal.ts';

export type Update = { update_id: number } & Record<string, unknown>;

export interface UpdateRequest {
  offset: number;
  limit: number;
  timeoutSeconds: number;
  allowed: string[] | undefined;
}

interface Poll {
  deliver(outcome: Update[] | Refusal): void;
  abandon(): void;
}

const NOT_BY_DEFAULT = ['chat_member', 'message_reaction', 'message_reaction_count'];

export class Updates {
  #webhookUrl = '';
  #queue: Update[] = [];
  #lastId: number;
  #allowed: string[] = [];
  #poll: { poll: Poll; limit: number; timer: NodeJS.Timeout } | undefined;

  constructor(firstId: number) {
    this.#lastId = firstId;
  }

  get pending(): number {
    return this.#queue.length;
  }

  /** Queues an update, unless the bot did not ask for its type; returns its id. */
  push(update: Record<string, unknown>): number {
    const given = update.update_id;
    this.#lastId = typeof given === 'number' ? given : this.#lastId + 1;
    const type = Object.keys(update).find((key) => key !== 'update_id') ?? '';
    const isAllowed =
      this.#allowed.length > 0 ? this.#allowed.includes(type) : !NOT_BY_DEFAULT.includes(type);
    if (isAllowed) this.#queue.push({ ...update, update_id: this.#lastId });
    // What is pushed in one go arrives in one answer.
    queueMicrotask(() => this.#feed());
    return this.#lastId;
  }

  /** Answers getUpdates through `poll`, now or when an update comes or the time is up. */
  request(request: UpdateRequest, poll: Poll): void {
    const { offset, timeoutSeconds } = request;
    const limit = Math.min(Math.max(request.limit, 1), 100);
    if (this.#webhookUrl !== '') {
      poll.deliver(
        conflict(
          "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        ),
      );
      return;
    }
    this.#end()?.deliver(
      conflict('terminated by other getUpdates request; make sure that only one bot instance is running'),
    );
    if (request.allowed !== undefined) this.#allowed = request.allowed;
    if (offset < 0) this.#queue = this.#queue.slice(offset);
    else if (offset > 0) this.#queue = this.#queue.filter((update) => update.update_id >= offset);
    if (this.#queue.length > 0 || timeoutSeconds <= 0) {
      poll.deliver(this.#queue.slice(0, limit));
      return;
    }
    const timer = setTimeout(() => this.#end()?.deliver([]), Math.min(timeoutSeconds, 50) * 1000);
    this.#poll = { poll, limit, timer };
  }

  /** Forgets a poll whose client went away. */
  gone(poll: Poll): void {
    if (this.#poll?.poll === poll) this.#end();
  }

  get isPolled(): boolean {
    return this.#poll !== undefined;
  }

  /** Ends the waiting poll with a refusal, or with its connection. */
  interrupt(refusal?: Refusal): void {
    const poll = this.#end();
    if (refusal === undefined) poll?.abandon();
    else poll?.deliver(refusal);
  }

  /** Leaves the waiting poll unanswered for ever. */
  freeze(): void {
    this.#end();
  }

  /** Shuts getUpdates out, or lets it in again with ''. */
  setWebhook(url: string): void {
    this.#webhookUrl = url;
    if (url !== '') this.interrupt(conflict('terminated by setWebhook request'));
  }

  get webhookUrl(): string {
    return this.#webhookUrl;
  }

  drop(): void {
    this.#queue = [];
  }

  #feed(): void {
    if (this.#poll === undefined || this.#queue.length === 0) return;
    const { limit } = this.#poll;
    this.#end()?.deliver(this.#queue.slice(0, limit));
  }

  #end(): Poll | undefined {
    const waiting = this.#poll;
    if (waiting === undefined) return undefined;
    clearTimeout(waiting.timer);
    this.#poll = undefined;
    return waiting.poll;
  }
}
