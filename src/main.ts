#!/usr/bin/env node
/** From the command line to a command: parses the arguments and loads only the command that was asked for. */
import { Command } from 'commander';
import { EXIT } from './commands/exit-codes.ts';

const program = new Command('trueconf-admin-bot')
  .description('Watches TrueConf Servers and tells their administrators in Telegram.')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage));

program
  .command('run', { isDefault: true })
  .description('run the bot until it is stopped')
  .option('-c, --config <path>', 'the settings file', 'settings.toml')
  .option(
    '-d, --data-dir <path>',
    'where the bot keeps its data (default: data-dir of the settings, or data)',
  )
  .action(async (options: { readonly config: string; readonly dataDir?: string }) => {
    const { run } = await import('./commands/run.ts');
    process.exitCode = await run(options);
  });

await program.parseAsync();
