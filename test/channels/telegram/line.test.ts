/** The state of the line to Telegram, where a whole channel would hide the cause. */
import { expect, test } from 'vitest';
import type { Failure } from '../../../src/channels/telegram/failures.ts';
import { openLine } from '../../../src/channels/telegram/line.ts';
import { HOUR, MINUTE } from '../../../src/lib/time.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const CONFLICT: Failure = {
  ...{ kind: 'rejected', method: 'getUpdates', status: 409, description: 'Conflict: terminated by other' },
  ...{ retryAfter: undefined, movedTo: undefined },
};

test("the machine's clock is set back after a conflict: peace is not waited for as long as that", async () => {
  const clock = new VirtualClock();
  const states: string[] = [];
  const onState = ({ kind }: { readonly kind: string }) => void states.push(kind);
  const line = openLine({ clock, random: () => 0, log: recordingLog(), onState });
  line.succeeded();
  const pause = line.failed(CONFLICT, new AbortController().signal);
  await clock.advance(MINUTE);
  await pause;
  clock.setDate(clock.now() - HOUR);
  line.succeeded();
  expect(states).toEqual(['connected', 'trouble', 'connected']);
});
