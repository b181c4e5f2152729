/** What the bench takes from the program besides the program itself. Bundled into `bench/built/` by `build-parts.mjs`. */
export { Dispatcher } from '../src/alerts/dispatcher.ts';
export { encode, serverKey } from '../src/bot/callback-data.ts';
export { systemClock } from '../src/lib/clock.ts';
export { selfSigned } from '../src/simulator/certificate.ts';
export { startTelegram } from '../src/simulator/telegram.ts';
export { startTrueConf } from '../src/simulator/trueconf.ts';
export { startMany } from '../src/simulator/world.ts';
export { openStore } from '../src/storage/open-store.ts';
export { openSqlite } from '../src/storage/sqlite.ts';
