/** The program starts, ends and starts again: what it remembers, and that it leaves nothing behind. */
import { describe, expect, test } from 'vitest';
import type { ServerName } from '../../src/domain/names.ts';
import { SECOND } from '../../src/lib/time.ts';
import { START } from '../support/virtual-clock.ts';
import { down, late, upUnseen } from './english.ts';
import { at, timeline, told, until } from './timeline.ts';

const ALPHA = 'alpha' as ServerName;

describe('a server that was taken out of the settings while the bot was off', () => {
  test('is not down any more from that start on, and new when it comes back, with its past', async () => {
    const first = timeline({ servers: ['alpha', 'beta'] });
    await first.play(at(29, 'alpha refuses'), until(60));
    await first.stop();
    const outages = async () =>
      (await first.store.periods(ALPHA, 0)).map(({ from, to }) => [from - START, to && to - START]);

    const without = timeline({ store: first.store, from: 600, servers: ['beta'] });
    await without.play(until(700));
    await without.stop();
    expect(without.told).toEqual([]);
    expect(await outages()).toEqual([[30 * SECOND, 600 * SECOND]]);
    expect([...(await first.store.availabilities()).keys()]).toEqual(['beta']);

    const again = timeline({ store: first.store, from: 1_200, servers: ['alpha', 'beta'] });
    await again.play(at(1_200, 'alpha refuses'), until(1_300));
    await again.stop();
    expect(again.told).toEqual([told(1_202, 'anna', ...down('alpha', { since: '10:20' }))]);
    expect(await outages()).toEqual([
      [1_200 * SECOND, undefined],
      [30 * SECOND, 600 * SECOND],
    ]);
  });

  test('is watched again as the settings say, and its mutes hold (a name was mistyped for a minute)', async () => {
    const first = timeline();
    await first.play(at(29, 'alpha refuses'), at(40, 'anna presses Mute 1 h'), until(60)); // until 3640
    await first.store.commit({ monitored: { server: ALPHA, on: false } });
    await first.stop();
    const mistyped = timeline({ store: first.store, from: 100, servers: ['alhpa'] });
    await mistyped.play(until(160));
    await mistyped.stop();
    const again = timeline({ store: first.store, from: 200 });
    await again.play(at(200, 'alpha refuses'), until(4_000));
    expect(again.told).toMatchObject([{ at: 3_640 }]);
  });
});

describe('a restart', () => {
  test('a known outage is not announced again (a restart is not news)', async () => {
    const first = timeline();
    await first.play(at(29, 'alpha refuses'), until(60));
    await first.stop();
    const second = timeline({ store: first.store, from: 100 });
    await second.play(at(100, 'alpha refuses'), until(600));
    expect(first.told).toHaveLength(1);
    expect(second.told).toEqual([]);
  });

  test('its recovery is, with the word that nobody saw when, and since when it was down', async () => {
    const first = timeline();
    await first.play(at(29, 'alpha refuses'), until(60));
    await first.stop();
    const second = timeline({ store: first.store, from: 150 });
    await second.play(until(200));
    expect(second.told).toEqual([told(150, 'anna', ...upUnseen('alpha', '10:00:30', '10:02:30'))]);
  });

  test('a server that went down while the bot was off is announced at the first confirmed probes, and that nobody saw when', async () => {
    const first = timeline();
    await first.play(until(60));
    await first.stop();
    const second = timeline({ store: first.store, from: 300 });
    await second.play(at(300, 'alpha refuses'), until(400));
    expect(second.told).toEqual([told(301, 'anna', ...down('alpha', { awaySeen: '10:05' }))]);
  });

  test('what could not be delivered is delivered by the next run, and said to be late', async () => {
    const first = timeline();
    await first.play(at(20, 'telegram is away'), at(29, 'alpha refuses'), until(60));
    await first.stop();
    const second = timeline({ store: first.store, from: 300 });
    await second.play(at(300, 'alpha refuses'), until(400));
    expect(second.told).toEqual([
      told(
        300,
        'anna',
        ...down('alpha', { since: '10:00', lasting: '4 min 30 sec' }),
        '',
        late('10:00', '4 min 29 sec'),
      ),
    ]);
  });

  test('what was delivered is not told again', async () => {
    const first = timeline();
    await first.play(at(29, 'alpha refuses'), at(59, 'alpha answers'), until(100));
    await first.stop();
    const second = timeline({ store: first.store, from: 100 });
    await second.play(until(200));
    expect(second.told).toEqual([]);
    expect(await second.store.outbox()).toEqual([]);
  });

  test('a mute holds in the next run', async () => {
    const first = timeline();
    await first.play(
      at(29, 'alpha refuses'),
      at(40, 'anna presses Mute 1 h'), // until 3640
      at(59, 'alpha answers'),
      until(100),
    );
    await first.stop();
    const second = timeline({ store: first.store, from: 600 });
    await second.play(at(600, 'alpha refuses'), until(4_000));
    expect(second.told).toMatchObject([{ at: 3_640 }]);
  });

  test('somebody who took care still does: no reminders in the next run', async () => {
    const servers = { alpha: { reminderHours: 1 } };
    const first = timeline({ servers });
    await first.play(at(29, 'alpha refuses'), at(40, 'anna presses I am on it'), until(60));
    await first.stop();
    const second = timeline({ servers, store: first.store, from: 100 });
    await second.play(at(100, 'alpha refuses'), until(4 * 3_600));
    expect(second.told).toEqual([]);
  });

  test('an outage of a server that is no longer watched is not mentioned as one', async () => {
    const first = timeline({ servers: ['alpha', 'beta', 'gamma'] });
    await first.play(at(29, 'alpha refuses'), until(60));
    await first.stop();
    const second = timeline({
      servers: { alpha: { monitored: false }, beta: {}, gamma: {} },
      store: first.store,
      from: 100,
    });
    await second.play(at(100, 'beta refuses'), until(150));
    expect(second.told).toHaveLength(1);
    expect(second.told[0]?.text).not.toContain('Also down');
  });

  test('nor is its end, when it is watched again: nobody knows how it was meanwhile', async () => {
    const first = timeline();
    await first.play(at(29, 'alpha refuses'), until(60));
    await first.stop();
    const second = timeline({ servers: { alpha: { monitored: false } }, store: first.store, from: 100 });
    await second.play(until(200));
    await second.stop();
    const third = timeline({ store: first.store, from: 7_200 });
    await third.play(until(7_300));
    expect(third.told).toEqual([]);
    expect(await third.store.periods(ALPHA, 0)).toMatchObject([
      { kind: 'down', from: START + 30 * SECOND, to: START + 100 * SECOND },
    ]);
  });

  test('a person who is also in the list of chats is told once', async () => {
    const story = timeline({ people: ['anna', 'boris'], chats: ['anna herself'] });
    await story.play(at(29, 'alpha refuses'), at(40, 'boris presses I am on it'), until(60));
    expect(story.attempts('anna')).toEqual([31, 40]);
  });
});

describe('the end', () => {
  test('a stop ends everything at once, whatever is under way (nothing is waited for)', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma'], people: ['anna', 'boris'] });
    await story.play(
      at(20, 'telegram does not reach boris'),
      at(29, 'alpha refuses'),
      at(33, 'telegram hangs'),
      at(59, 'alpha answers'),
      at(59, 'beta hangs'), // from 60 to 65
      until(62),
    );
    expect(story.outcome).toBe('running');
    expect(story.clock.pending.length).toBeGreaterThan(2);
    await story.stop();
    expect(story.outcome).toBe('ended');
    expect(story.clock.pending).toEqual([]);
  });

  test('a stop before the first probe ends it too', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(until(0));
    await story.stop();
    expect(story.outcome).toBe('ended');
  });

  test('what is written but not delivered at the stop stays in the store', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(at(29, 'alpha refuses'), until(31.5));
    await story.stop();
    expect(await story.store.outbox()).toHaveLength(1);
  });

  test('when the channel gives up the whole program ends with its reason (half of it would look alive)', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    const reason = new Error('the token is refused');
    await story.play(
      at(29, 'alpha hangs'),
      at(32, () => story.channel.giveUp(reason)),
    );
    expect(story.outcome).toBe(reason);
    expect(story.clock.pending).toEqual([]);
  });

  test('the store is closed last (what is still ending may write to it)', async () => {
    const story = timeline();
    const order: string[] = [];
    const { close, settle } = story.store;
    Object.assign(story.store, {
      close: async () => {
        order.push('closed');
        await close();
      },
      settle: async (...settled: Parameters<typeof settle>) => {
        await new Promise((resolve) => setImmediate(resolve));
        order.push('written');
        await settle(...settled);
      },
    });
    let deliver: (delivery: { kind: 'delivered' }) => void = () => {};
    await story.play(
      at(20, () => {
        story.channel.answer = () =>
          new Promise((resolve) => {
            deliver = resolve;
          });
      }),
      at(29, 'alpha refuses'),
      at(35, () => {
        deliver({ kind: 'delivered' });
        story.channel.giveUp(new Error('the token is refused'));
      }),
    );
    expect(order.at(-1)).toBe('closed');
    expect(order).toContain('written');
  });
});
