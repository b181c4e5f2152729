/** The settings are edited while the program runs: what changed takes effect, and all else goes on undisturbed. */
import { describe, expect, test } from 'vitest';
import { HOUR, SECOND } from '../../src/lib/time.ts';
import { EVERY_DAY } from '../../src/settings/maintenance.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { START } from '../support/virtual-clock.ts';
import {
  down,
  late,
  SETTINGS_MENDED,
  STORAGE_FULL,
  STORAGE_MENDED,
  settingsBroken,
  unwatched,
  upHeadline,
  wasHeld,
} from './english.ts';
import { at, headlinesTo, type Timeline, type TimelineOptions, timeline, told, until } from './timeline.ts';

describe('servers', () => {
  test('one that is added is watched at once, and the others keep their rounds', async () => {
    const story = timeline({ servers: ['alpha'] });
    await story.play(
      at(20, () => story.edit({ servers: ['alpha', 'beta'] })),
      at(40, 'beta refuses'),
      until(100),
    );
    expect(story.probes('beta')[0]).toBe(20);
    expect(story.probes('alpha').slice(0, 3)).toEqual([0, 15, 30]);
    expect(headlinesTo(story)).toEqual([[expect.any(Number), 'anna', '🔴 <b>beta is down</b>']]);
  });

  test('one that is removed is forgotten: no looks, no alerts, not even in the status of others', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma'] });
    await story.play(
      at(29, 'alpha refuses'),
      at(60, () => story.edit({ servers: ['beta', 'gamma'] })),
      at(100, 'beta refuses'),
      until(200),
    );
    expect(story.probes('alpha').at(-1)).toBeLessThan(60);
    expect(story.server('alpha').closed).toBe(true);
    expect(headlinesTo(story).at(-1)?.[2]).toBe('🔴 <b>beta is down</b>');
    expect(story.told.at(-1)?.text).not.toContain('Also down');
  });

  test('one that is removed before its outage could be told is not told as if it were still down', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(
      at(10, 'telegram is away'),
      at(29, 'alpha refuses'),
      at(100, () => story.edit({ servers: ['beta'] })),
      at(300, 'telegram is back'),
      until(400),
    );
    const lines = story.told.at(-1)?.text.split('\n') ?? [];
    expect(lines[0]).toBe('🔴 <b>alpha is down</b>');
    expect(lines).toContain(unwatched('alpha'));
  });

  test('one that is removed while it is being asked leaves nothing behind', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(
      at(29, 'alpha hangs'), // 30 to 35
      at(32, () => story.edit({ servers: ['beta'] })),
      until(100),
    );
    expect(story.told).toEqual([]);
    expect(story.probes('alpha').at(-1)).toBe(30);
  });

  test('several that are removed are let go together, however long it takes to write that down', async () => {
    const memory = createMemoryStore();
    let isSlow = false;
    const commit: Store['commit'] = async (change) => {
      if (isSlow) await story.clock.sleep(20 * SECOND);
      return memory.commit(change);
    };
    const story: Timeline = timeline({
      servers: ['alpha', 'beta', 'gamma'],
      store: { ...memory, commit },
    });
    await story.play(
      at(20, () => {
        isSlow = true;
        void story.edit({ servers: ['gamma'] });
      }),
      at(100, () => {
        isSlow = false;
      }),
      until(110),
    );
    expect(story.probes('alpha')).toEqual([0, 15]);
    expect(story.probes('beta').every((second) => second < 20)).toBe(true);
  });

  describe('while somebody looks at its status', () => {
    const looking = (edited: TimelineOptions) => {
      const story = timeline({ servers: ['alpha', 'beta'] });
      return {
        story,
        played: story.play(
          at(1, 'anna sends /start'),
          at(2, 'anna presses alpha'),
          at(20, 'alpha hangs'),
          at(21, 'anna presses Status'),
          at(22, 'alpha answers'),
          at(23, () => story.edit(edited)),
          until(24),
        ),
      };
    };

    test('one that is removed is shown as cut off, and then the others (it is no fault of the bot)', async () => {
      const { story, played } = looking({ servers: ['beta'] });
      await played;
      expect(story.shown('anna')).toContain('the connection broke off');
      await story.play(at(25, 'anna presses Refresh'), until(26));
      expect(story.labels('anna').join()).toContain('beta');
      expect(story.labels('anna').join()).not.toContain('alpha');
    });

    test('one whose address changes is asked at the new one when it is refreshed', async () => {
      const { story, played } = looking({ servers: { alpha: { port: 8_443 }, beta: {} } });
      await played;
      expect(story.shown('anna')).toContain('the connection broke off');
      await story.play(at(25, 'anna presses Refresh'), until(26));
      expect(story.shown('anna')).toContain('🟢 Up since');
    });
  });

  test('one that is removed while the others are asked whether they answer is not told', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma', 'delta'] });
    await story.play(
      ...['beta', 'gamma', 'delta'].map((name) => at(20, `${name} answers after 4 s`)),
      at(29, 'alpha refuses'), // 30, 31
      at(31.5, () => story.edit({ servers: ['beta', 'gamma', 'delta'] })),
      until(100),
    );
    expect(story.told).toEqual([]);
  });

  test('one whose address changes is asked at the new one, and what was known of it stays known', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(
      at(29, 'alpha refuses'), // told at 32
      at(60, 'alpha answers'),
      at(60, () => story.edit({ servers: { alpha: { port: 8_443 }, beta: {} } })),
      until(100),
    );
    expect(headlinesTo(story)).toEqual([
      [32, 'anna', '🔴 <b>alpha is down</b>'],
      [61, 'anna', upHeadline('alpha', '30 sec')],
    ]);
  });

  test('monitoring that is switched off in the chat while the address changes stays off', async () => {
    const memory = createMemoryStore();
    let isSlow = false;
    const commit: Store['commit'] = async (change) => {
      if (isSlow) await story.clock.sleep(3 * SECOND);
      return memory.commit(change);
    };
    const story: Timeline = timeline({ servers: ['alpha', 'beta'], store: { ...memory, commit } });
    await story.play(
      at(1, 'anna sends /start'),
      at(2, 'anna presses alpha'),
      at(3, 'anna presses Status'),
      at(29, 'alpha refuses'),
      at(34, () => {
        isSlow = true;
      }),
      at(35, 'anna presses Switch monitoring off'), // while it is written down that it is down
      at(35.5, () => {
        void story.edit({ servers: { alpha: { port: 8_443 }, beta: {} } });
      }),
      at(60, () => {
        isSlow = false;
      }),
      until(100),
    );
    expect(await memory.switches()).toEqual(new Map([['alpha', false]]));
    expect(story.probes('alpha')).toEqual([0, 3, 18, 33, 34]);
    expect(headlinesTo(story)).toEqual([[37, 'anna', '🔴 <b>alpha is down</b>']]);
  });

  test('the settings switch monitoring off and on: it wins over what was switched in the chat before', async () => {
    const story = timeline({ servers: { alpha: {}, beta: {} } });
    await story.play(
      at(20, () => story.edit({ servers: { alpha: { monitored: false }, beta: {} } })),
      at(29, 'alpha refuses'),
      at(100, () => story.edit({ servers: { alpha: {}, beta: {} } })),
      until(110),
    );
    expect(story.probes('alpha')).toEqual([0, 15, 100, 101]);
    expect(story.told).toEqual([told(102, 'anna', ...down('alpha', { since: '10:01' }))]);
  });

  test('new thresholds and intervals hold from the next look on', async () => {
    const story = timeline();
    await story.play(
      at(20, () => story.edit({ servers: { alpha: { failures: 4, interval: 60 } } })),
      at(29, 'alpha refuses'),
      until(120),
    );
    expect(story.probes('alpha')).toEqual([0, 15, 30, 31, 32, 33, 93]);
    expect(headlinesTo(story)).toEqual([[33, 'anna', '🔴 <b>alpha is down</b>']]);
  });

  test('a reminder that is switched on holds for the outage that lasts', async () => {
    const story = timeline();
    await story.play(
      at(29, 'alpha refuses'),
      at(100, () => story.edit({ servers: { alpha: { reminderHours: 1 } } })),
      until(2 * 3_600),
    );
    expect(headlinesTo(story).at(-1)).toEqual([3_631, 'anna', '🔴 <b>alpha is still down</b>, for 1 hr now']);
  });

  test('maintenance that is planned now quiets what happens from now on', async () => {
    const maintenance = [{ days: EVERY_DAY, from: 10 * HOUR, to: 11 * HOUR }];
    const story = timeline();
    await story.play(
      at(20, () => story.edit({ servers: { alpha: { maintenance } } })),
      at(29, 'alpha refuses'),
      until(2 * 3_600),
    );
    expect(headlinesTo(story)).toEqual([[3_600, 'anna', wasHeld()[0]]]);
  });
});

describe('people', () => {
  test('who is added is told from then on, who is removed no longer, not even what waits', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    await story.play(
      at(20, 'telegram does not reach boris'),
      at(29, 'alpha refuses'),
      at(60, () => story.edit({ people: ['anna', 'carol'] })),
      at(70, 'telegram is back'),
      at(89, 'alpha answers'),
      until(200),
    );
    expect(headlinesTo(story)).toEqual([
      [31, 'anna', '🔴 <b>alpha is down</b>'],
      [expect.any(Number), 'anna, carol', expect.stringContaining('alpha is up again')],
    ]);
    expect(await story.store.outbox()).toEqual([]);
  });

  test('the language and the time zone change with the next message', async () => {
    const story = timeline();
    await story.play(
      at(20, () => story.edit({ locale: 'de' })),
      at(29, 'alpha refuses'),
      until(60),
    );
    expect(story.told[0]?.text.split('\n')[0]).toBe('🔴 <b>alpha ist ausgefallen</b>');
  });
});

describe('what the bot says of itself', () => {
  const tell = (story: Timeline, kind: 'settings-mended' | 'storage-mended') =>
    story.program.tell({ kind, at: story.clock.now() });
  const breakSettings = (story: Timeline, ...problems: string[]) =>
    story.program.tell({ kind: 'settings-broken', at: story.clock.now(), problems });

  test('a broken edit is told to the administrators only, with its mistakes, and that it is mended', async () => {
    const story = timeline({ people: ['anna', 'boris'], chats: ['night shift'] });
    await story.play(
      at(20, () => breakSettings(story, 'settings.toml:3: timeout must be a number, found "x"')),
      at(60, () => tell(story, 'settings-mended')),
      until(100),
    );
    expect(story.told).toEqual([
      told(
        20,
        'anna, boris',
        ...settingsBroken('settings.toml:3: timeout must be a number, found &quot;x&quot;'),
      ),
      told(60, 'anna, boris', SETTINGS_MENDED),
    ]);
  });

  test('storage trouble too', async () => {
    const story = timeline({ people: ['anna'], chats: ['night shift'] });
    await story.play(
      at(20, () => story.program.tell({ kind: 'storage-trouble', at: START, trouble: 'full' })),
      at(60, () => tell(story, 'storage-mended')),
      until(100),
    );
    expect(story.told).toEqual([told(20, 'anna', ...STORAGE_FULL), told(60, 'anna', STORAGE_MENDED)]);
  });

  test('an hour of mistakes while Telegram is away comes to its last word', async () => {
    const story = timeline();
    await story.play(
      at(10, 'telegram is away'),
      ...Array.from({ length: 20 }, (_, edit) =>
        at(20 + edit * 60, () => breakSettings(story, `mistake ${edit}`)),
      ),
      at(1_300, () => tell(story, 'settings-mended')),
      at(3_620, 'telegram is back'),
      until(3_700),
    );
    expect(story.told).toEqual([told(3_620, 'anna', SETTINGS_MENDED, '', late('10:00', '1 hr'))]);
  });
});
