/** Loaded into the bot by `--import`: collects how late each probe starts and writes it down at the end. */
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';

const lateness = [];
subscribe('trueconf-admin-bot:probe-start', ({ due, at }) => lateness.push(at - due));

process.on('exit', () => {
  lateness.sort((a, b) => a - b);
  const p99 = lateness[Math.ceil(lateness.length * 0.99) - 1];
  writeFileSync(
    process.env.LATENESS_FILE,
    JSON.stringify({ p99, most: lateness.at(-1), count: lateness.length }),
  );
});
