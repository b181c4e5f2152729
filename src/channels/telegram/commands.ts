/** Registers the menu of commands in each language. Keeps trying while Telegram is away; gives up what it refuses. */
import { type BackoffPolicy, backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { MINUTE, SECOND } from '../../lib/time.ts';
import type { Call } from './calls.ts';
import { tell } from './failures.ts';
import { judge } from './verdicts.ts';

export interface CommandMenu {
  /** Two letters (ISO 639-1); empty: for everybody who has no menu in a language of their own. */
  readonly languageCode: string;
  readonly commands: readonly { readonly command: string; readonly description: string }[];
}

export interface RegistrationOptions {
  readonly call: Call;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

const RETRY: BackoffPolicy = { first: 2 * SECOND, longest: 5 * MINUTE };

export async function register(
  menus: readonly CommandMenu[],
  options: RegistrationOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const menu of menus) await registerOne(menu, options, signal);
}

async function registerOne(
  { languageCode, commands }: CommandMenu,
  { call, clock, random, log }: RegistrationOptions,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const answer = await call('setMyCommands', signal, (api, own) =>
      api.setMyCommands(
        {
          commands: commands.map(({ command, description }) => ({ command, description })),
          ...(languageCode === '' ? {} : { language_code: languageCode }),
        },
        own,
      ),
    );
    if (answer.kind === 'answered') return;
    const verdict = judge(answer);
    const isTokenRefused = answer.kind === 'rejected' && (answer.status === 401 || answer.status === 404);
    if (isTokenRefused || (verdict.kind !== 'busy' && verdict.kind !== 'later')) {
      log.warn({ languageCode, reason: tell(answer) }, 'the menu of commands could not be registered');
      return;
    }
    const wait = verdict.kind === 'busy' ? verdict.after : backoff(RETRY, attempt, random());
    await clock.sleep(wait, signal);
  }
}
