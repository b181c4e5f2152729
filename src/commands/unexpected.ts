/** An error that nobody caught, wherever in the program: it is told so that it can be read and reported. */
import { inspect } from 'node:util';
import { scrub } from '../lib/secret.ts';
import { EXIT } from './exit-codes.ts';

/** Node.js itself would print the line of the source with it, and the lines of a bundle have 30 KiB and more. */
export function tellUnexpectedErrors(): void {
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${scrub(`The program ended because of an error of its own: ${inspect(error)}`)}\n`);
    process.exit(EXIT.internal);
  });
}
