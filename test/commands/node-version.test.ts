import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeTooOld } from '../../src/commands/node-version.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

test.each(['20.19.0', '20.20.2', '20.100.0', '22.12.0', '22.23.3', '23.0.0', '24.0.0', '100.0.0'])(
  '%s will do',
  (version) => {
    expect(nodeTooOld(version)).toBeUndefined();
  },
);

test.each([
  '22.11.0',
  '22.2.0',
  '21.7.3',
  '20.18.3',
  '20.9.0',
  '20.0.99',
  '19.9.9',
  '18.20.8',
  '9.99.99',
  '0.12.18',
])('%s is too old, in one sentence that names both and where to get another', (version) => {
  expect(nodeTooOld(version)).toBe(
    `Node.js 20.19, 22.12 or newer is needed; this is ${version}. See https://nodejs.org/en/download`,
  );
});

test('the versions of a build before its release are taken by their numbers', () => {
  expect(nodeTooOld('22.12.0-nightly20240101')).toBeUndefined();
  expect(nodeTooOld('20.18.0-rc.1')).toContain('20.19');
});

test('the oldest are what package.json says to npm', () => {
  expect(manifest.engines.node).toBe('^20.19.0 || >=22.12.0');
});
