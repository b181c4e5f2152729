/** In which forms a message is tried: from the one we want to the one that always passes. */
import type { InlineKeyboardMarkup } from 'node-telegram-bot-api/types';
import type { Log } from '../../lib/log.ts';
import type { Screen } from '../port.ts';
import type { Answer } from './failures.ts';
import { plainText } from './html.ts';
import { hasDanger, toInlineKeyboard } from './keyboards.ts';
import { judge } from './verdicts.ts';

/** A screen's words and buttons in one form, as parts of a call's parameters. */
export interface Rendering {
  readonly words: string;
  readonly mode: { readonly parse_mode?: 'HTML' };
  readonly buttons: { readonly reply_markup?: InlineKeyboardMarkup };
}

/** Makes attempts until one is not found malformed. Remembers what this Telegram does not know. */
export type TryForms = <T>(
  screen: Screen,
  attempt: (rendering: Rendering) => Promise<Answer<T>>,
) => Promise<Answer<T>>;

type Form = 'full' | 'without-colours' | 'without-formatting' | 'without-buttons';

export function openForms(log: Log): TryForms {
  let knowsColours = true;

  const render = (form: Form, { text, keyboard }: Screen): Rendering => {
    const isPlain = form === 'without-formatting' || form === 'without-buttons';
    const markup =
      form === 'without-buttons'
        ? undefined
        : toInlineKeyboard(keyboard, form === 'full' && knowsColours, log);
    return {
      words: isPlain ? plainText(text) : text,
      mode: isPlain ? {} : { parse_mode: 'HTML' },
      buttons: markup ? { reply_markup: markup } : {},
    };
  };

  return async (screen, attempt) => {
    let answer = await attempt(render('full', screen));
    const { keyboard } = screen;
    for (const form of plainerForms(knowsColours && hasDanger(keyboard), keyboard.length > 0)) {
      if (answer.kind !== 'rejected' || judge(answer).kind !== 'malformed') break;
      const { method, status, description } = answer;
      log.error({ method, status, description, next: form }, 'Telegram finds a message malformed');
      answer = await attempt(render(form, screen));
      if (form === 'without-colours' && answer.kind === 'answered') knowsColours = false;
    }
    return answer;
  };
}

function plainerForms(hasColours: boolean, hasButtons: boolean): Form[] {
  return [
    ...(hasColours ? (['without-colours'] as const) : []),
    'without-formatting',
    ...(hasButtons ? (['without-buttons'] as const) : []),
  ];
}
