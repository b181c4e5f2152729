/** Asks Telegram for updates for as long as it is wanted, whatever comes back. Never waits for what an update sets off. */
import type { Update } from 'node-telegram-bot-api/types';
import type { Clock } from '../../lib/clock.ts';
import { type DurationMs, SECOND } from '../../lib/time.ts';
import type { Call, Limits } from './calls.ts';
import { type Answer, notTelegram } from './failures.ts';
import type { Line } from './line.ts';
import { ALLOWED_UPDATES } from './updates.ts';

export interface PollingOptions {
  readonly call: Call;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly line: Line;
  readonly handle: (update: Update) => void;
}

/** An empty answer that was not held back for at least this long is followed by a pause as long. */
const SHORTEST_ROUND: DurationMs = SECOND / 2;

/**
 * Resolves when `signal` aborts, with the offset to confirm; `undefined` when no update came. Rejects with
 * TokenRefused.
 */
export async function poll(options: PollingOptions, signal: AbortSignal): Promise<number | undefined> {
  const { call, limits, clock, line, handle } = options;
  let offset: number | undefined;
  try {
    for (;;) {
      // The first look and the one after trouble are not held back: the state of the line is known at once.
      const held = line.isGood ? limits.poll : 0;
      const startedAt = performance.now();
      const answer = await getUpdates(call, offset, held, held + limits.pollMargin, signal);
      if (answer.kind !== 'answered') {
        await line.failed(answer, signal);
        continue;
      }
      line.succeeded();
      for (const update of answer.value) {
        offset = update.update_id + 1;
        handle(update);
      }
      const isEager = held > 0 && answer.value.length === 0 && performance.now() - startedAt < SHORTEST_ROUND;
      if (isEager) await clock.sleep(SHORTEST_ROUND, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return offset;
}

async function getUpdates(
  call: Call,
  offset: number | undefined,
  held: DurationMs,
  limit: DurationMs,
  signal: AbortSignal,
): Promise<Answer<Update[]>> {
  const answer = await call(
    'getUpdates',
    signal,
    (api, own) =>
      api.getUpdates(
        {
          ...(offset === undefined ? {} : { offset }),
          timeout: Math.floor(held / SECOND),
          allowed_updates: ALLOWED_UPDATES,
        },
        own,
      ),
    limit,
  );
  if (answer.kind !== 'answered') return answer;
  const isList =
    Array.isArray(answer.value) && answer.value.every((update) => Number.isSafeInteger(update?.update_id));
  return isList ? answer : notTelegram('getUpdates');
}

/** Tells Telegram what is done: otherwise the last updates, taps among them, would come again after a restart. Best effort. */
export async function confirm(call: Call, offset: number, limit: DurationMs): Promise<void> {
  const never = new AbortController().signal;
  await call('getUpdates', never, (api, own) => api.getUpdates({ offset, limit: 1, timeout: 0 }, own), limit);
}
