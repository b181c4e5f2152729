/**
 * Brings a screen before a person: waits as Telegram asks, tries again while it is away, stops when nobody wants it
 * any more.
 */
import type { Message } from 'node-telegram-bot-api/types';
import type { Html } from '../../i18n/markup.ts';
import { type BackoffPolicy, backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type DurationMs, MINUTE, SECOND } from '../../lib/time.ts';
import type { Screen } from '../port.ts';
import type { Place } from './addresses.ts';
import { type Answer, tell } from './failures.ts';
import type { Holds } from './holds.ts';
import type { MessageId, Messages } from './messages.ts';
import { split } from './split.ts';
import type { Spot } from './spots.ts';
import { judge } from './verdicts.ts';

export interface Display {
  /** Whether it was shown. Rejects when `signal` aborts. @param ceiling ends requests under way */
  show(spot: Spot, screen: Screen, signal: AbortSignal, ceiling: AbortSignal): Promise<boolean>;
  /** Sends a message of its own, whatever else is shown there. */
  announce(place: Place, screen: Screen, signal: AbortSignal): Promise<void>;
  /** Best effort, once: puts `original` back, or removes the message when there was none. */
  undo(spot: Spot, original: Message | undefined, ceiling: AbortSignal): Promise<void>;
}

export interface DisplayOptions {
  readonly messages: Messages;
  readonly holds: Holds;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

type Target = Pick<Spot, 'place' | 'moveChat'>;

const RETRY: BackoffPolicy = { first: SECOND / 2, longest: 8 * SECOND };
/** A screen that could not be shown for so long is not waited for any more. */
const PERSISTENCE: DurationMs = MINUTE;
/** Longer waits are never asked of a bot that behaves; nobody waits for a screen that long. */
const LONGEST_HOLD: DurationMs = 10 * MINUTE;

export function openDisplay({ messages, holds, clock, random, log }: DisplayOptions): Display {
  const insist = async (
    chat: () => number,
    signal: AbortSignal,
    attempt: () => Promise<Answer<MessageId> | undefined>,
  ): Promise<Answer<MessageId> | undefined> => {
    let deadline = clock.now() + PERSISTENCE;
    for (let tries = 1; ; ) {
      await holds.pass(chat(), signal);
      const answer = await attempt();
      if (!answer || answer.kind === 'answered') return answer;
      const verdict = judge(answer);
      if (verdict.kind === 'busy' && verdict.after <= LONGEST_HOLD) {
        holds.hold(chat(), verdict.after);
        deadline += verdict.after;
      } else if (verdict.kind === 'later' && clock.now() < deadline) {
        log.debug({ reason: tell(answer), tries }, 'a screen could not be shown, trying again');
        await clock.sleep(backoff(RETRY, tries++, random()), signal);
      } else {
        log.warn({ chat: chat(), reason: tell(answer) }, 'a screen could not be shown');
        return answer;
      }
    }
  };

  /** Sends a new message, after the chat if that has moved. */
  const send = async (target: Target, text: Html, { keyboard }: Screen, signal: AbortSignal) => {
    const sent = await messages.send(target.place, text, keyboard, signal);
    const verdict = sent.kind === 'answered' ? undefined : judge(sent);
    if (verdict?.kind !== 'moved') return sent;
    target.moveChat(verdict.chat);
    return messages.send(target.place, text, keyboard, signal);
  };

  /** Edits the spot's message, or sends a new one where there is none (any more). */
  const put = async (spot: Spot, screen: Screen, signal: AbortSignal): Promise<Answer<MessageId>> => {
    const text = oneMessage(screen, log);
    if (spot.message !== undefined) {
      const edited = await messages.edit(spot.place.chat, spot.message, text, screen.keyboard, signal);
      if (edited.kind === 'answered') return edited;
      const verdict = judge(edited);
      if (verdict.kind === 'moved') spot.moveChat(verdict.chat);
      else if (verdict.kind === 'gone') spot.forgetMessage();
      else return edited;
    }
    const sent = await send(spot, text, screen, signal);
    if (sent.kind === 'answered' && sent.value !== undefined) spot.moveTo(sent.value);
    return sent;
  };

  /** `again`: while it waited for its turn the spot has moved to another lane. */
  const takeTurn = async (spot: Spot, screen: Screen, signal: AbortSignal, ceiling: AbortSignal) => {
    for (;;) {
      const { ticket } = spot;
      const answer = await ticket.take(signal, ceiling, async (own) =>
        ticket === spot.ticket ? put(spot, screen, own) : ('again' as const),
      );
      if (answer !== 'again') return answer;
    }
  };

  return {
    show: async (spot, screen, signal, ceiling) => {
      const chat = () => spot.place.chat;
      const answer = await insist(chat, signal, () => takeTurn(spot, screen, signal, ceiling));
      return answer?.kind === 'answered';
    },

    announce: async (place, screen, signal) => {
      const text = oneMessage(screen, log);
      let current = place;
      const target: Target = {
        get place() {
          return current;
        },
        moveChat: (chat) => {
          current = { chat, thread: undefined };
        },
      };
      await insist(
        () => current.chat,
        signal,
        () => send(target, text, screen, signal),
      );
    },

    undo: async (spot, original, ceiling) => {
      await spot.ticket.take(ceiling, ceiling, async (own) => {
        if (spot.isSent && spot.message !== undefined) {
          await messages.remove(spot.place.chat, spot.message, own);
        } else if (original) await messages.restore(original, own);
      });
    },
  };
}

/** A screen is one message; one that is too long loses its end rather than being lost. */
function oneMessage(screen: Screen, log: Log) {
  const [first, ...more] = split(screen.text);
  if (more.length > 0) log.error({ length: screen.text.length }, 'a screen is too long, its end is cut off');
  return first ?? screen.text;
}
