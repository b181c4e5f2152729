/**
 * Another process on a data folder, built with the program. Told on its command line which folder, and what to do:
 * `hold` opens and waits, `start` does so with the patience of a real start, `write` writes rows for ever. Says on
 * standard output what has come of it, a line each.
 */
import { writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ServerName } from '../../src/domain/names.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openStore } from '../../src/storage/open-store.ts';

const [, , folder = '', task] = process.argv;

/** At once, whatever becomes of the process. */
const say = (line: string) => writeSync(1, `${line}\n`);

/** Patience ends after two tries, and a disk that failed is tried again soon. */
const fastClock = { now: () => systemClock.now() * 100, sleep: systemClock.sleep };

const opened = await openStore(folder, {
  clock: task === 'start' ? systemClock : fastClock,
  log: silentLog,
  onTrouble: ({ code }) => say(`trouble ${code}`),
  onRecovered: () => say('recovered'),
});
if (task !== 'write') await collectGarbage();
const store = opened.kind === 'in-use' ? undefined : opened.store;
const trouble = opened.kind === 'on-disk' ? undefined : opened.trouble;
say(`${opened.kind} ${trouble?.code ?? ''} ${(await store?.outbox())?.length}`);
if (task !== 'write') setInterval(() => {}, 1_000);
if (task === 'write') {
  const event = { kind: 'server-up', server: 'alpha' as ServerName, at: 2, downSince: 1 } as const;
  const row = { recipient: { channel: 'telegram', address: '1001' }, event, writtenAt: 3 } as const;
  for (;;) {
    const [written] = (await store?.commit({ outbox: [row] })) ?? [];
    say(`written ${written?.id}`);
    await systemClock.sleep(5);
  }
}

/** What nobody refers to is gone after this, as it would be after a while. */
async function collectGarbage() {
  // An error holds what its stack has not been asked for yet.
  String(opened.kind === 'on-disk' || opened.trouble.stack);
  setFlagsFromString('--expose-gc');
  for (let time = 0; time < 3; time++) {
    await systemClock.sleep(20);
    runInNewContext('gc')();
  }
}
