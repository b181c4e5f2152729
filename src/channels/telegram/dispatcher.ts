/**
 * Hands every update to the conversation and starts the work that comes of it: of one person in one chat the newest
 * wins, and nobody waits for anybody else.
 */
import type { Update } from 'node-telegram-bot-api/types';
import { clip } from '../../i18n/markup.ts';
import { type ChildSignal, childOf } from '../../lib/abort.ts';
import type { Conversation, Reception, Work } from '../port.ts';
import type { Call } from './calls.ts';
import { type JobTools, perform } from './jobs.ts';
import type { Lanes } from './lanes.ts';
import { openSpot } from './spots.ts';
import { type Received, read } from './updates.ts';

export interface Dispatcher {
  /** Returns at once and never throws. */
  dispatch(update: Update): void;
  /** Resolves when no work is left. */
  settle(): Promise<void>;
}

export interface DispatcherOptions extends JobTools {
  readonly conversation: Conversation;
  readonly botName: string;
  readonly call: Call;
  readonly lanes: Lanes;
  /** Ends the work; important replies may still be sent until `ceiling`. */
  readonly signal: AbortSignal;
  readonly ceiling: AbortSignal;
}

/** More pieces of work than this at once are nobody's taps but an attack or a fault. */
const MOST_JOBS = 200;
const MOST_ANSWERS = 100;
/** Telegram's limit for the words over a pressed button. */
const LONGEST_NOTICE = 200;

export function openDispatcher(options: DispatcherOptions): Dispatcher {
  const { conversation, botName, call, lanes, log, signal, ceiling } = options;
  const newest = new Map<string, ChildSignal>();
  const jobs = new Set<Promise<void>>();
  let answersUnderWay = 0;
  /** Logged once, for a flood must not flood the log. */
  let isFull = false;

  const start = (work: Work, { incoming, place, tap }: Received) => {
    const key = `${place.chat} ${incoming.person.id}`;
    // Who replaces work of their own gets in even then: that work is about to end.
    if (jobs.size >= (newest.has(key) ? 2 * MOST_JOBS : MOST_JOBS)) {
      if (!isFull) log.warn({ jobs: jobs.size }, 'too much work at once, updates are dropped');
      isFull = true;
      return;
    }
    isFull = false;
    newest.get(key)?.abort();
    const own = childOf(signal);
    newest.set(key, own);
    const spot = openSpot(lanes, place, incoming.person.id, work.keepsMessage ? undefined : tap?.message);
    const job = perform({ work, spot, signal: own.signal, ceiling }, options).finally(() => {
      jobs.delete(job);
      own.release();
      if (newest.get(key) === own) newest.delete(key);
    });
    jobs.add(job);
  };

  /** Not waited for: a button pressed long ago can no longer be answered, but its work is done all the same. */
  const answer = async (id: string, text: string | undefined) => {
    if (answersUnderWay >= MOST_ANSWERS) return;
    answersUnderWay += 1;
    try {
      const words = text === undefined ? {} : { text: clip(text, LONGEST_NOTICE) };
      await call('answerCallbackQuery', ceiling, (api, own) =>
        api.answerCallbackQuery({ callback_query_id: id, ...words }, own),
      );
    } catch {
      // The program ends.
    } finally {
      answersUnderWay -= 1;
    }
  };

  const receive = (received: Received): Reception => {
    try {
      return conversation.receive(received.incoming);
    } catch (error) {
      log.error({ error }, 'an update could not be handled');
      return { kind: 'ignore' };
    }
  };

  return {
    dispatch: (update) => {
      try {
        const received = read(update, botName);
        if (!received) return;
        const reception = receive(received);
        const notice = reception.kind === 'notice' ? reception.text : undefined;
        if (received.tap) void answer(received.tap.id, notice);
        if (reception.kind === 'work') start(reception.work, received);
      } catch (error) {
        // Telegram's side of an update is not checked field by field.
        log.error(
          { error: error instanceof Error ? error.message : String(error) },
          'an update could not be read',
        );
      }
    },
    settle: async () => {
      while (jobs.size > 0) await Promise.all(jobs);
    },
  };
}
