/**
 * Brings a screen before a person: waits as Telegram asks, tries again while it is away, stops when nobody wants it
 * any more.
 */
import { type BackoffPolicy, backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type DurationMs, MINUTE, SECOND } from '../../lib/time.ts';
import type { Screen } from '../port.ts';
import type { Place } from './addresses.ts';
import { type Answer, tell } from './failures.ts';
import type { Holds } from './holds.ts';
import type { Messages, Shown } from './messages.ts';
import { CAPTION_LIMITS, MESSAGE_LIMITS, split } from './split.ts';
import type { Spot } from './spots.ts';
import { judge } from './verdicts.ts';

export interface Display {
  /**
   * Whether it was shown: in the spot's message, or in a new one where that shows a picture and the screen has none or
   * the other way round. Rejects when `signal` aborts. @param ceiling ends requests under way
   */
  show(spot: Spot, screen: Screen, signal: AbortSignal, ceiling: AbortSignal): Promise<boolean>;
  /** The same for what another screen will soon replace. A picture stays and gets other words. */
  showWaiting(spot: Spot, screen: Screen, signal: AbortSignal, ceiling: AbortSignal): Promise<boolean>;
  /** Sends a message of its own, whatever else is shown there. */
  announce(place: Place, screen: Screen, signal: AbortSignal): Promise<void>;
  /** Best effort, once: puts back what the pressed message showed, or removes the message that was sent. */
  undo(spot: Spot, ceiling: AbortSignal): Promise<void>;
}

export interface DisplayOptions {
  readonly messages: Messages;
  readonly holds: Holds;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

type Target = Pick<Spot, 'place' | 'moveChat'>;
type Attempt = (signal: AbortSignal) => Promise<Answer<Shown>>;

const RETRY: BackoffPolicy = { first: SECOND / 2, longest: 8 * SECOND };
/** A screen that could not be shown for so long is not waited for any more. */
const PERSISTENCE: DurationMs = MINUTE;
/** Longer waits are never asked of a bot that behaves; nobody waits for a screen that long. */
const LONGEST_HOLD: DurationMs = 10 * MINUTE;

export function openDisplay({ messages, holds, clock, random, log }: DisplayOptions): Display {
  const insist = async (
    chat: () => number,
    signal: AbortSignal,
    attempt: () => Promise<Answer<Shown> | undefined>,
  ): Promise<Answer<Shown> | undefined> => {
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
  const send = async (target: Target, screen: Screen, signal: AbortSignal) => {
    const sent = await messages.send(target.place, screen, signal);
    const verdict = sent.kind === 'answered' ? undefined : judge(sent);
    if (verdict?.kind !== 'moved') return sent;
    target.moveChat(verdict.chat);
    return messages.send(target.place, screen, signal);
  };

  const takeBack = async (spot: Spot, signal: AbortSignal) => {
    if (spot.isSent && spot.message !== undefined) {
      await messages.remove(spot.place.chat, spot.message, signal);
    } else if (spot.changed) {
      await messages.restore(spot.changed, signal);
      spot.noteRestored();
    }
  };

  /** Edits the spot's message, or sends a new one where there is none (any more) or none that can show the screen. */
  const put = async (spot: Spot, screen: Screen, signal: AbortSignal): Promise<Answer<Shown>> => {
    const isPicture = screen.picture !== undefined;
    const fitting = oneMessage(screen, isPicture, log);
    if (spot.message !== undefined && spot.isPicture === isPicture) {
      const edited = await messages.edit(spot.place.chat, spot.message, fitting, signal);
      if (edited.kind === 'answered') {
        spot.noteChange();
        return edited;
      }
      const verdict = judge(edited);
      if (verdict.kind === 'moved') spot.moveChat(verdict.chat);
      else if (verdict.kind === 'gone') spot.forgetMessage();
      // Under the old picture the new words would be wrong.
      else if (verdict.kind !== 'picture-refused') return edited;
    }
    const sent = await send(spot, fitting, signal);
    if (sent.kind === 'answered' && sent.value.message !== undefined) {
      await takeBack(spot, signal);
      spot.moveTo(sent.value.message, sent.value.isPicture);
    }
    return sent;
  };

  const putWaiting = async (spot: Spot, screen: Screen, signal: AbortSignal): Promise<Answer<Shown>> => {
    if (spot.message === undefined || !spot.isPicture) return put(spot, screen, signal);
    const fitting = oneMessage(screen, true, log);
    const edited = await messages.editCaption(spot.place.chat, spot.message, fitting, signal);
    if (edited.kind === 'answered') spot.noteChange();
    else if (judge(edited).kind === 'gone') {
      spot.forgetMessage();
      return put(spot, screen, signal);
    }
    return edited;
  };

  /** `again`: while it waited for its turn the spot has moved to another lane. */
  const takeTurn = async (spot: Spot, signal: AbortSignal, ceiling: AbortSignal, attempt: Attempt) => {
    for (;;) {
      const { ticket } = spot;
      const answer = await ticket.take(signal, ceiling, async (own) =>
        ticket === spot.ticket ? attempt(own) : ('again' as const),
      );
      if (answer !== 'again') return answer;
    }
  };

  const showBy = async (spot: Spot, signal: AbortSignal, ceiling: AbortSignal, attempt: Attempt) => {
    const chat = () => spot.place.chat;
    const answer = await insist(chat, signal, () => takeTurn(spot, signal, ceiling, attempt));
    return answer?.kind === 'answered';
  };

  return {
    show: (spot, screen, signal, ceiling) => showBy(spot, signal, ceiling, (own) => put(spot, screen, own)),

    showWaiting: (spot, screen, signal, ceiling) =>
      showBy(spot, signal, ceiling, (own) => putWaiting(spot, screen, own)),

    announce: async (place, screen, signal) => {
      const fitting = oneMessage(screen, screen.picture !== undefined, log);
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
        () => send(target, fitting, signal),
      );
    },

    undo: async (spot, ceiling) => {
      await spot.ticket.take(ceiling, ceiling, (own) => takeBack(spot, own));
    },
  };
}

/** A screen is one message; one that is too long loses its end rather than being lost. */
function oneMessage(screen: Screen, isCaption: boolean, log: Log): Screen {
  const [first, ...more] = split(screen.text, isCaption ? CAPTION_LIMITS : MESSAGE_LIMITS);
  if (more.length > 0) log.error({ length: screen.text.length }, 'a screen is too long, its end is cut off');
  return { ...screen, text: first ?? screen.text };
}
