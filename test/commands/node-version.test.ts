import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeTooOld } from '../../src/commands/node-version.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const OLDEST = '20.18.1';

test.each(['20.18.1', '20.18.2', '20.19.0', '20.100.0', '21.0.0', '22.11.0', '24.0.0', '100.0.0'])(
  '%s will do',
  (version) => {
    expect(nodeTooOld(version)).toBeUndefined();
  },
);

test.each(['20.18.0', '20.9.0', '20.0.99', '19.9.9', '18.20.8', '16.20.2', '9.99.99', '0.12.18'])(
  '%s is too old, in one sentence that names both and where to get another',
  (version) => {
    expect(nodeTooOld(version)).toBe(
      `Node.js ${OLDEST} or newer is needed; this is ${version}. See https://nodejs.org/en/download`,
    );
  },
);

test('the versions of a build before its release are taken by their numbers', () => {
  expect(nodeTooOld('22.0.0-nightly20240101')).toBeUndefined();
  expect(nodeTooOld('20.18.0-rc.1')).toContain(OLDEST);
});

test('the oldest is what package.json says to npm', () => {
  expect(manifest.engines.node).toBe(`>=${OLDEST}`);
});
