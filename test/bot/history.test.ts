/** A line of the past: the days of its beginning and end, each said when it must be. */
import { expect, test } from 'vitest';
import { periodLine } from '../../src/bot/screens/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { createFormats } from '../../src/i18n/formats.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';

const NOW = Date.UTC(2030, 5, 15, 12, 0, 0);
const at = (...time: [number, number, number, number, number]) => Date.UTC(...time);
const ui = { words: await loadTranslator('en'), formats: createFormats('en', 'UTC'), now: NOW };

const line = (from: number, to: number) =>
  periodLine(ui, { server: 'alpha' as ServerName, kind: 'down', from, to, trouble: { code: 'refused' } });

test.each([
  ['today', at(2030, 5, 15, 10, 0), at(2030, 5, 15, 10, 30), '10:00 – 10:30'],
  ['one day', at(2030, 5, 12, 10, 0), at(2030, 5, 12, 10, 30), '12 Jun 10:00 – 10:30'],
  ['over midnight', at(2030, 5, 14, 23, 50), at(2030, 5, 15, 0, 10), '14 Jun 23:50 – 15 Jun 00:10'],
  ['over new year', at(2029, 11, 31, 23, 0), at(2030, 0, 1, 1, 0), '31 Dec 2029 23:00 – 1 Jan 2030 01:00'],
])('%s', (_when, from, to, expected) => {
  expect(line(from, to)).toContain(`🔴 ${expected} · `);
});
