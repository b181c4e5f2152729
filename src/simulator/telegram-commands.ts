/** Answers "which commands does the menu show?": setMyCommands and its kin, by scope and language. */
import type { Params } from './telegram-params.ts';
import { badRequest } from './telegram-refusal.ts';
import type { BotCommand, BotState } from './telegram-state.ts';

function commandKey(params: Params): string {
  const language = String(params.language_code ?? '');
  const scope = (params.scope as { type?: string } | undefined)?.type ?? 'default';
  return scope === 'default' ? language : `${scope}:${language}`;
}

export function setMyCommands(state: BotState, params: Params): boolean {
  const { commands } = params;
  if (!Array.isArray(commands)) throw badRequest("can't parse commands: Expected an Array");
  if (commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
  const language = String(params.language_code ?? '');
  if (!/^([a-z]{2})?$/.test(language)) throw badRequest('invalid language code specified');
  for (const { command, description } of commands as BotCommand[]) {
    if (!/^\/?[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
    if (!description || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
  }
  state.commands[commandKey(params)] = (commands as BotCommand[]).map(({ command, description }) => ({
    command: command.replace('/', ''),
    description,
  }));
  return true;
}

export function getMyCommands(state: BotState, params: Params): BotCommand[] {
  return state.commands[commandKey(params)] ?? [];
}

export function deleteMyCommands(state: BotState, params: Params): boolean {
  delete state.commands[commandKey(params)];
  return true;
}
