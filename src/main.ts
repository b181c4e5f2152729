#!/usr/bin/env node
/** From the command line to a command: parses the arguments and loads only the command that was asked for. */
import { Command, Option } from 'commander';
import about from '../package.json' with { type: 'json' };
import { DEMO_LOCALES, DEMO_PORT, type DemoOptions } from './commands/demo-options.ts';
import { EXIT } from './commands/exit-codes.ts';
import { nodeTooOld } from './commands/node-version.ts';
import { tellUnexpectedErrors } from './commands/unexpected.ts';

const tooOld = nodeTooOld(process.versions.node);
if (tooOld) {
  process.stderr.write(`${tooOld}\n`);
  process.exit(EXIT.usage);
}
tellUnexpectedErrors();

const program = new Command('trueconf-admin-bot')
  .description('Watches TrueConf Servers and tells their administrators in Telegram.')
  .version(about.version)
  .showHelpAfterError('Add --help to see what there is.')
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

program
  .command('demo')
  .description('try it in the browser, on simulated servers, without accounts')
  .option('-p, --port <number>', `of the page (default: ${DEMO_PORT}, or a free one when that is taken)`)
  .addOption(new Option('-l, --locale <name>', 'its language').choices(DEMO_LOCALES).default('en'))
  .option('--no-open', 'do not open the browser')
  .action(async (options: DemoOptions) => {
    const { demo } = await import('./commands/demo.ts');
    process.exitCode = await demo(options);
  });

try {
  await program.parseAsync();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
  // After an update of the files alone.
  const [reason] = message.split('\n');
  process.stderr.write(
    `A package that this needs is not installed (${reason}). Run npm ci, then try again.\n`,
  );
  process.exitCode = EXIT.unusable;
}
