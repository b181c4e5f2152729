/**
 * Another process on a data folder. Told on its command line where the built program is, which folder, and what to do:
 * `hold` opens and waits, `start` does so with the patience of a real start, `write` writes rows for ever. Says on
 * standard output what has come of it, a line each.
 */
import { writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const [, , dist, folder, task] = process.argv;
const { openStore } = await import(`${dist}/storage/open-store.js`);
const { silentLog } = await import(`${dist}/lib/log.js`);
const { systemClock } = await import(`${dist}/lib/clock.js`);

/** At once, whatever becomes of the process. */
const say = (/** @type {string} */ line) => writeSync(1, `${line}\n`);

/** Patience ends after two tries, and a disk that failed is tried again soon. */
const fastClock = { now: () => systemClock.now() * 100, sleep: systemClock.sleep };

const opened = await openStore(folder, {
  clock: task === 'start' ? systemClock : fastClock,
  log: silentLog,
  onTrouble: (/** @type {{ code: string }} */ { code }) => say(`trouble ${code}`),
  onRecovered: () => say('recovered'),
});
if (task !== 'write') await collectGarbage();
say(`${opened.kind} ${opened.trouble?.code ?? ''} ${(await opened.store?.outbox())?.length}`);
if (task !== 'write') setInterval(() => {}, 1_000);
if (task === 'write') {
  const event = { kind: 'server-up', server: 'alpha', at: 2, downSince: 1 };
  const row = { recipient: { channel: 'telegram', address: '1001' }, event, writtenAt: 3 };
  for (;;) {
    const [{ id }] = await opened.store.commit({ outbox: [row] });
    say(`written ${id}`);
    await systemClock.sleep(5);
  }
}

/** What nobody refers to is gone after this, as it would be after a while. */
async function collectGarbage() {
  // An error holds what its stack has not been asked for yet.
  String(opened.trouble?.stack);
  setFlagsFromString('--expose-gc');
  for (let time = 0; time < 3; time++) {
    await systemClock.sleep(20);
    runInNewContext('gc')();
  }
}
