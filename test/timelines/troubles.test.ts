/** Every way a server can fail counts, and nothing that happens to one server ends or delays the watching. */
import { describe, expect, test } from 'vitest';
import { HOUR } from '../../src/lib/time.ts';
import type { BehaviourName } from '../support/scripted-server.ts';
import { START } from '../support/virtual-clock.ts';
import { down, type TroubleName } from './english.ts';
import { at, timeline, told, until } from './timeline.ts';

describe('any failure counts', () => {
  const failures: [BehaviourName, TroubleName, toldAt: number][] = [
    ['refuses', 'refused', 31],
    ['drops every packet', 'connect-timeout', 37],
    ['hangs', 'answer-timeout', 41],
    ['answers 503', '503', 31],
    ['shows a self-signed certificate', 'tls-untrusted', 31],
    ['has no address', 'dns', 31],
  ];

  test.each(failures)(
    'a server that %s is down, and watching goes on (a failure is an answer too)',
    async (behaviour, why, toldAt) => {
      const story = timeline();
      await story.play(at(29, `alpha ${behaviour}`), at(100, 'alpha answers'), until(150));
      expect(story.told).toHaveLength(2);
      expect(story.told[0]).toEqual(
        told(toldAt, 'anna', ...down('alpha', { why, since: '10:00', lasting: `${toldAt - 30} sec` })),
      );
      expect(story.told[1]?.text).toContain('<b>alpha is up again</b>');
    },
  );

  test('the cause that is told is that of the probe that confirmed it', async () => {
    const story = timeline();
    await story.play(at(29, 'alpha refuses'), at(30.5, 'alpha answers 503'), until(60));
    expect(story.told[0]?.text).toContain('HTTP status 503');
  });
});

describe('watching goes on', () => {
  test('a probe that breaks ends no watching (a bug in the adapter must not blind the bot)', async () => {
    const story = timeline();
    story.errorsExpected = true;
    await story.play(at(14, 'alpha breaks the probe'), at(59, 'alpha refuses'), until(90));
    expect(story.probes('alpha')).toEqual([0, 15, 30, 45, 60, 61, 76]);
    expect(story.log.messages('error')).toEqual(['a probe broke', 'a probe broke', 'a probe broke']);
    expect(story.told).toHaveLength(1);
    expect(story.told[0]).toMatchObject({ at: 61 });
  });

  test('a server that hangs delays no other server (each has a schedule of its own)', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(at(0, 'alpha hangs'), at(29, 'beta refuses'), until(60));
    expect(story.probes('alpha').slice(0, 3)).toEqual([0, 6, 21]);
    // At 11 it is asked whether it answers, because alpha does not.
    expect(story.probes('beta')).toEqual([0.02, 11, 15, 30, 31, 46]);
    expect(story.told.map(({ at: moment, text }) => [moment, text.split('\n')[0]])).toEqual([
      [12, '🔴 <b>alpha is down</b>'],
      [32, '🔴 <b>beta is down</b>'],
    ]);
  });

  test('rounds are counted from start to start (a slow answer does not put off the next probe)', async () => {
    const story = timeline();
    await story.play(at(0, 'alpha answers after 4 s'), until(46));
    expect(story.probes('alpha')).toEqual([0, 15, 30, 45]);
  });

  test('a probe that outlasts the interval is not overtaken by the next one (probes never overlap)', async () => {
    const story = timeline({ servers: { alpha: { interval: 3 } } });
    await story.play(at(0, 'alpha answers after 4 s'), until(13));
    expect(story.probes('alpha')).toEqual([0, 4, 8, 12]);
  });

  test('a round that joins a look out of turn is followed by the next one in time (no round is missed)', async () => {
    const story = timeline();
    await story.play(
      at(0, 'alpha answers after 4 s'),
      at(5, 'anna sends /start'),
      at(6, 'anna presses alpha'),
      at(13, 'anna presses Status'), // answers at 17; the round of 15 joins it
      until(60),
    );
    expect(story.probes('alpha')).toEqual([0, 13, 30, 45, 60]);
  });

  test('a look at the status counts like any other probe (what a person sees and what is told agree)', async () => {
    const story = timeline();
    await story.play(
      at(5, 'anna sends /start'),
      at(6, 'anna presses alpha'),
      at(20, 'alpha refuses'),
      at(21, 'anna presses Status'),
      until(60),
    );
    expect(story.probes('alpha').slice(0, 4)).toEqual([0, 15, 21, 22]);
    expect(story.told[0]).toMatchObject({ at: 22 });
  });
});

describe("the machine's clock is set", () => {
  test('back an hour: the next round comes after one interval, not after an hour', async () => {
    const story = timeline();
    await story.play(
      until(50),
      at(50, () => story.clock.setDate(START - HOUR)),
    );
    const before = story.server('alpha').probes.length;
    await story.clock.advance(40_000);
    expect(story.server('alpha').probes.length - before).toBe(2);
  });

  test('back while a change waits for company: it is told at once', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(
      at(29, 'alpha refuses'), // 31
      at(31.5, () => story.clock.setDate(START - HOUR)),
    );
    await story.clock.advance(1_000);
    expect(story.told).toHaveLength(1);
  });

  test('forward an hour: it goes on in its rhythm (no hour of probes is made up for)', async () => {
    const story = timeline();
    await story.play(
      until(50),
      at(50, () => story.clock.setDate(START + HOUR)),
    );
    const before = story.server('alpha').probes.length;
    await story.clock.advance(45_000);
    expect(story.server('alpha').probes.length - before).toBeLessThanOrEqual(4);
    expect(story.told).toEqual([]);
  });
});

describe('the look at the web server', () => {
  const watched = { alpha: { check: 'vsstatus' } } as const;

  test('the engine fails and the web server answers: the alert tells a stopped service from a dead machine', async () => {
    const story = timeline({ servers: watched });
    await story.play(at(29, 'alpha refuses, but its web server answers'), until(60));
    expect(story.told).toEqual([
      told(31, 'anna', ...down('alpha', { web: 'answers', since: '10:00', lasting: '1 sec' })),
    ]);
    expect(story.webLooks('alpha')).toEqual([31]);
  });

  test('both fail: the machine or the network is down', async () => {
    const story = timeline({ servers: watched });
    await story.play(at(29, 'alpha refuses'), until(60));
    expect(story.told).toEqual([
      told(31, 'anna', ...down('alpha', { web: 'silent', since: '10:00', lasting: '1 sec' })),
    ]);
  });

  test('it is made at the same time as the confirming probe (its own wait does not delay the alert)', async () => {
    const story = timeline({ servers: watched });
    story.server('alpha').webAfter = 3_000;
    await story.play(at(29, 'alpha drops every packet'), until(60));
    expect(story.probes('alpha').slice(2, 4)).toEqual([30, 34]);
    expect(story.webLooks('alpha')).toEqual([34]);
    expect(story.told[0]).toMatchObject({ at: 37 });
  });

  test('it is made once for each outage, and again for the next one', async () => {
    const story = timeline({ servers: watched });
    await story.play(
      at(29, 'alpha refuses'),
      at(110, 'alpha answers'), // 121
      at(135, 'alpha refuses'), // 136, 137
      until(200),
    );
    expect(story.webLooks('alpha')).toEqual([31, 137]);
  });

  test('when the first failed probe is enough it follows that probe', async () => {
    const story = timeline({ servers: { alpha: { check: 'vsstatus', failures: 1 } } });
    story.server('alpha').webAfter = 2_000;
    await story.play(at(29, 'alpha refuses'), until(60));
    expect(story.webLooks('alpha')).toEqual([30]);
    expect(story.told[0]).toMatchObject({ at: 32 });
  });

  test('it is given up when the confirming probe answers', async () => {
    const story = timeline({ servers: watched });
    story.server('alpha').webAfter = 3_000;
    await story.play(at(29, 'alpha refuses'), at(30.5, 'alpha answers'), until(31));
    expect(story.webLooks('alpha')).toEqual([31]);
    expect(story.clock.pending.map(({ length }) => length)).not.toContain(3_000);
  });

  test('a look that breaks does not hide the outage', async () => {
    const story = timeline({ servers: watched });
    story.errorsExpected = true;
    story.server('alpha').webThrows = true;
    await story.play(at(29, 'alpha refuses'), until(60));
    expect(story.told).toEqual([told(31, 'anna', ...down('alpha', { since: '10:00', lasting: '1 sec' }))]);
  });

  test('a probe that asks the web server itself makes no such look', async () => {
    const story = timeline({ servers: { alpha: { check: 'https' } } });
    await story.play(at(29, 'alpha refuses'), until(60));
    expect(story.webLooks('alpha')).toEqual([]);
  });
});
