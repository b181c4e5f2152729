/** Runs the rows and prints the table. `npm run bench -- taps memory` runs only those. Exit code 1 when a bar is missed. */
import { cpus, totalmem } from 'node:os';
import { forgottenSearch, onlineUsers, outages, taps } from './conversation-rows.mjs';
import { demo } from './demo-row.mjs';
import { cpuPerProbe, memory, punctuality, start } from './process-rows.mjs';
import { outbox, past, rounds } from './storage-rows.mjs';

const ROWS = {
  start,
  demo,
  taps,
  forgottenSearch,
  onlineUsers,
  outages,
  cpuPerProbe,
  punctuality,
  memory,
  outbox,
  past,
  rounds,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in ROWS));
if (unknown.length > 0) {
  process.stderr.write(`There is no row ${unknown.join(', ')}. Rows: ${Object.keys(ROWS).join(', ')}\n`);
  process.exit(2);
}

const [cpu] = cpus();
say(
  `Node ${process.versions.node}, ${cpus().length} × ${cpu.model}, ${Math.round(totalmem() / 2 ** 30)} GiB\n`,
);
say('| what | how it was measured | bar | measured | |');
say('| --- | --- | --- | --- | --- |');
let missed = 0;
for (const name of asked.length > 0 ? asked : Object.keys(ROWS)) {
  for (const { what, measured, bar, value, ok } of await ROWS[name]()) {
    if (!ok) missed += 1;
    say(`| ${what} | ${measured} | ${bar} | ${value} | ${ok ? '✓' : '✗'} |`);
  }
}
process.exit(missed > 0 ? 1 : 0);

function say(line) {
  process.stdout.write(`${line}\n`);
}
