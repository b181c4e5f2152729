/** When the certificates of servers are looked at, and that no server keeps the others waiting. */
import { expect, onTestFinished, test } from 'vitest';
import type { ServerName } from '../../src/domain/names.ts';
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import { CertificateWatch, type CertifiedServer } from '../../src/monitor/certificates.ts';
import { recordingLog } from '../support/recording-log.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';

const END: EpochMs = START + 30 * DAY;
const named = (name: string) => name as ServerName;

/** Looks as `name@minutes since the start`; ends told as `name` and the end. */
function watching(names: readonly string[], random: () => number = () => 0) {
  const clock = new VirtualClock();
  const log = recordingLog();
  const looks: string[] = [];
  const told: [string, EpochMs][] = [];
  const since = () => (clock.now() - START) / MINUTE;
  let onSeen = async () => {};

  const server = (name: string, end?: CertifiedServer['certificateEnd']): CertifiedServer => ({
    name: named(name),
    certificateEnd: async (signal) => {
      looks.push(`${name}@${since()}`);
      return end ? end(signal) : END;
    },
  });
  const watch = new CertificateWatch(
    names.map((name) => server(name)),
    {
      ...{ clock, random, log },
      seen: async (name, endsAt) => {
        await onSeen();
        told.push([name, endsAt]);
      },
    },
  );
  const stopping = new AbortController();
  const running = watch.run(stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await running;
    expect(clock.pending).toEqual([]);
  });
  return {
    ...{ clock, log, looks, told, watch, server, stopping, running, named },
    onSeen: (act: () => Promise<void>) => {
      onSeen = act;
    },
  };
}

const hanging = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

test('each server is looked at within the first three minutes and every twelve hours', async () => {
  const shares = [0, 0.5, 0.99];
  const { clock, looks, told } = watching(['alpha', 'beta', 'gamma'], () => shares.shift() ?? 0);
  await clock.advance(3 * MINUTE);
  expect(looks).toEqual(['alpha@0', 'beta@1.5', 'gamma@2.97']);
  expect(told).toEqual([
    ['alpha', END],
    ['beta', END],
    ['gamma', END],
  ]);
  looks.length = 0;
  await clock.advance(24 * HOUR);
  expect(looks).toEqual(
    [720, 1440].flatMap((minute) => [`alpha@${minute}`, `beta@${minute + 1.5}`, `gamma@${minute + 2.97}`]),
  );
});

test('no more than four at once, and one that hangs does not keep the others waiting', async () => {
  const { clock, watch, looks, server, told } = watching([]);
  let atOnce = 0;
  let most = 0;
  const slowly = async (signal: AbortSignal) => {
    most = Math.max(most, ++atOnce);
    await clock.sleep(3 * SECOND, signal);
    atOnce -= 1;
    return END;
  };
  watch.add(server('dead', hanging));
  for (let n = 0; n < 30; n++) watch.add(server(`s${n}`, slowly));
  await clock.advance(MINUTE);
  expect(looks).toHaveLength(31);
  expect(told).toHaveLength(30);
  expect(most).toBe(3);
  watch.remove(named('dead'));
  for (let n = 0; n < 8; n++) watch.add(server(`t${n}`, slowly));
  await clock.advance(MINUTE);
  expect(most).toBe(4);
});

test('a server that shows nothing is looked at again after an hour (the next one would be half a day away)', async () => {
  const { clock, watch, server, told } = watching([]);
  let isThere = false;
  watch.add(server('alpha', async () => (isThere ? END : undefined)));
  await clock.advance(59 * MINUTE);
  isThere = true;
  expect(told).toEqual([]);
  await clock.advance(MINUTE);
  expect(told).toEqual([['alpha', END]]);
});

test('a look that breaks and an end that cannot be noted are logged and tried again, and disturb nobody', async () => {
  const { clock, watch, server, looks, told, log, onSeen } = watching(['beta']);
  await clock.advance(SECOND);
  watch.add(server('alpha', () => Promise.reject(new Error('a bug'))));
  await clock.advance(HOUR);
  expect(looks).toEqual(['beta@0', `alpha@${1 / 60}`, `alpha@${60 + 1 / 60}`]);
  expect(log.messages('error')).toEqual(Array(2).fill('a look at a certificate broke'));
  watch.remove(named('alpha'));
  onSeen(() => Promise.reject(new Error('disk full')));
  await clock.advance(12 * HOUR);
  onSeen(async () => {});
  await clock.advance(HOUR);
  expect(told).toEqual([
    ['beta', END],
    ['beta', END],
  ]);
});

test('a server that is added while running is looked at soon', async () => {
  const { clock, watch, server, looks } = watching(['alpha'], () => 0.5);
  await clock.advance(HOUR);
  watch.add(server('beta'));
  await clock.advance(90 * SECOND);
  expect(looks).toEqual(['alpha@1.5', 'beta@61.5']);
});

test('a server that is removed is not looked at any more, and what a look at it still sees is not told', async () => {
  const { clock, watch, server, looks, told } = watching(['alpha']);
  let show = (_end: EpochMs) => {};
  let isEnded = false;
  watch.add(
    server('beta', (signal) => {
      signal.addEventListener('abort', () => {
        isEnded = true;
      });
      return new Promise((resolve) => {
        show = resolve;
      });
    }),
  );
  await clock.advance(MINUTE);
  watch.remove(named('beta'));
  expect(isEnded).toBe(true);
  show(END);
  await clock.advance(DAY);
  expect(looks.filter((look) => look.startsWith('beta'))).toEqual(['beta@0']);
  expect(told.filter(([name]) => name === 'beta')).toEqual([]);
  watch.remove(named('nobody'));
});

test('a server of the same name takes the place of the one before (it may stand elsewhere now)', async () => {
  const { clock, watch, server, told } = watching([]);
  watch.add(server('alpha', hanging));
  await clock.advance(MINUTE);
  watch.add(server('alpha', async () => END + DAY));
  await clock.advance(DAY);
  expect(told).toEqual(Array(3).fill(['alpha', END + DAY]));
});

test('a clock that is set back by a year delays nothing by more than half a day', async () => {
  const { clock, looks } = watching(['alpha']);
  await clock.advance(MINUTE);
  clock.setDate(START - 365 * DAY);
  await clock.advance(24 * HOUR);
  expect(looks.length).toBeGreaterThanOrEqual(2);
});

test('it ends when told to, in the middle of a look as well', async () => {
  const { clock, watch, server, stopping, running, log } = watching([]);
  watch.add(server('alpha', hanging));
  await clock.advance(MINUTE);
  stopping.abort();
  await running;
  expect(log.lines).toEqual([]);
});
