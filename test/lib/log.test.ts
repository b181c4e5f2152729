/** Lines of the log, as they are written. */
import { expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';

function open() {
  const lines: string[] = [];
  return { lines, log: createLog('info', { write: (line) => lines.push(line) }) };
}

test('a line has level, time in UTC, fields and message', () => {
  const { lines, log } = open();
  log.warn({ server: 'alpha' }, 'a server went down');
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    ...{ level: 'warn', server: 'alpha', msg: 'a server went down' },
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
});

test('an error says where it came from (else nobody could mend it), without a secret in it', () => {
  const { lines, log } = open();
  const secret = new Secret('a-secret-of-the-log');
  log.error({ error: new TypeError(`no ${secret.reveal()}`) }, 'a probe broke');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '').error).toMatch(/^TypeError: no \S+\n +at .*log\.test\.ts/);
  expect(lines[0]).not.toContain(secret.reveal());
});

test('an error that was to be expected is a text', () => {
  const { lines, log } = open();
  log.warn({ error: String(new Error('ENOSPC')) }, 'the storage still fails');
  expect(JSON.parse(lines[0] ?? '').error).toBe('Error: ENOSPC');
});

test('what is below the level is not written, until the level is changed', () => {
  const { lines, log } = open();
  log.debug({}, 'one');
  log.setLevel('debug');
  log.debug({}, 'two');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['two']);
});
