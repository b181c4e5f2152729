import { describe, expect, test } from 'vitest';
import { openLanes } from '../../../src/channels/telegram/lanes.ts';
import { openSpot } from '../../../src/channels/telegram/spots.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { turn } from './harness.ts';

const never = new AbortController().signal;

/** A request that the test ends by hand, or that ends when it is given up. */
function request() {
  let finish: (value: string) => void = () => {};
  const state = { isStarted: false, isGivenUp: false };
  return {
    state,
    finish: (value: string) => finish(value),
    run: (signal: AbortSignal) =>
      new Promise<string>((resolve, reject) => {
        state.isStarted = true;
        finish = resolve;
        signal.addEventListener('abort', () => {
          state.isGivenUp = true;
          reject(signal.reason);
        });
      }),
  };
}

describe('two screens for one message', () => {
  test('the newer is sent when the older has settled, so that it is the one that stays', async () => {
    const lanes = openLanes(new VirtualClock());
    const [older, newer] = [request(), request()];
    const shownOlder = lanes.enter('m').take(never, never, older.run);
    const shownNewer = lanes.enter('m').take(never, never, newer.run);
    await turn();
    expect(newer.state.isStarted).toBe(false);
    older.finish('old');
    await expect(shownOlder).resolves.toBe('old');
    await turn();
    newer.finish('new');
    await expect(shownNewer).resolves.toBe('new');
    expect(older.state.isGivenUp).toBe(false);
  });

  test('an older one that hangs is given up after two seconds and not before', async () => {
    const clock = new VirtualClock();
    const lanes = openLanes(clock);
    const [older, newer] = [request(), request()];
    const shownOlder = lanes.enter('m').take(never, never, older.run);
    const refused = expect(shownOlder).rejects.toThrow();
    const shownNewer = lanes.enter('m').take(never, never, newer.run);
    await clock.advance(1_999);
    expect(older.state.isGivenUp).toBe(false);
    await clock.advance(1);
    expect(older.state.isGivenUp).toBe(true);
    await refused;
    newer.finish('new');
    await expect(shownNewer).resolves.toBe('new');
  });

  test('an older one whose turn comes late is not sent any more', async () => {
    const lanes = openLanes(new VirtualClock());
    const older = lanes.enter('m');
    lanes.enter('m');
    const late = request();
    await expect(older.take(never, never, late.run)).resolves.toBeUndefined();
    expect(late.state.isStarted).toBe(false);
  });

  test('who waited for a turn and was overtaken meanwhile leaves the others alone', async () => {
    const clock = new VirtualClock();
    const lanes = openLanes(clock);
    const [first, second, third] = [request(), request(), request()];
    const shownFirst = lanes.enter('m').take(never, never, first.run);
    const shownSecond = lanes.enter('m').take(never, never, second.run);
    await turn();
    const shownThird = lanes.enter('m').take(never, never, third.run);
    await turn();
    first.finish('1');
    await shownFirst;
    await expect(shownSecond).resolves.toBeUndefined();
    await turn();
    await clock.advance(10_000);
    expect(third.state).toEqual({ isStarted: true, isGivenUp: false });
    third.finish('3');
    await expect(shownThird).resolves.toBe('3');
  });
});

test('a ticket for a message just sent is older than a press on it that is already there', () => {
  const lanes = openLanes(new VirtualClock());
  const sender = lanes.enter('person');
  const press = lanes.enter('message');
  const moved = lanes.enter('message', sender.number);
  expect(moved.isNewest()).toBe(false);
  expect(press.isNewest()).toBe(true);
});

test('a spot that sent its own message is not newer there than a press on that message', () => {
  const lanes = openLanes(new VirtualClock());
  const spot = openSpot(lanes, { chat: 1, thread: undefined }, 2, undefined);
  const press = lanes.enter('message 1 77');
  spot.moveTo(77, false);
  expect(press.isNewest()).toBe(true);
  expect(spot.isNewest()).toBe(false);
  spot.leave();
  press.leave();
  expect(lanes.size).toBe(0);
});

test('lanes do not wait for each other, and are forgotten when the last ticket is given back', async () => {
  const lanes = openLanes(new VirtualClock());
  const [one, other, again] = [lanes.enter('a'), lanes.enter('b'), lanes.enter('a')];
  const busy = request();
  void one.take(never, never, busy.run).catch(() => {});
  await expect(other.take(never, never, async () => 'done')).resolves.toBe('done');
  expect(lanes.size).toBe(2);
  for (const ticket of [one, other, again]) ticket.leave();
  expect(lanes.size).toBe(0);
});
