/** What `ip` may hold, and what the operator is told to write instead. */
import { describe, expect, test } from 'vitest';
import { collectFindings } from '../../src/settings/problems.ts';
import { serverAddress } from '../../src/settings/server-address.ts';

function read(value: unknown) {
  const { root, mistakes } = collectFindings();
  return {
    host: serverAddress.read(value, root),
    message: mistakes.map(({ message }) => message).join('\n'),
  };
}

describe('taken', () => {
  test.each([
    ['video.example.com', 'video.example.com'],
    ['VIDEO.example.com', 'video.example.com'],
    ['video.example.com.', 'video.example.com.'],
    ['localhost', 'localhost'],
    ['vks_01-a', 'vks_01-a'],
    ['10.110.2.240', '10.110.2.240'],
    ['2001:DB8::1', '2001:db8::1'],
    ['[::1]', '::1'],
    ['::ffff:10.1.2.3', '::ffff:10.1.2.3'],
    ['видео.рф', 'xn--b1aedk6a.xn--p1ai'],
  ])('%s', (written, host) => {
    expect(read(written)).toEqual({ host, message: '' });
  });
});

describe('too much: the message says what to write', () => {
  test.each([
    ['https://video.example.com', 'write ip = "video.example.com"'],
    ['https://video.example.com:443/', 'write ip = "video.example.com"'],
    ['HTTPS://[::1]:8443/api?x#y', 'write ip = "::1" and https_port = 8443'],
    ['video.example.com:8443', 'write ip = "video.example.com" and https_port = 8443'],
    ['10.1.2.3:4443', 'write ip = "10.1.2.3" and https_port = 4443'],
    ['video.example.com/admin', 'write ip = "video.example.com"'],
    ['video.example.com?x', 'write ip = "video.example.com"'],
    [' 10.1.2.3\t', 'write ip = "10.1.2.3"'],
  ])('%s', (written, advice) => {
    const { host, message } = read(written);
    expect(host).toBeUndefined();
    expect(message.endsWith(`; ${advice}`), message).toBe(true);
  });

  test('a password in a URL is not repeated', () => {
    for (const written of [
      'https://admin:hidden@video.example.com',
      'admin:hidden@video.example.com',
      'x@hidden@!',
    ]) {
      const { host, message } = read(written);
      expect(host).toBeUndefined();
      expect(message).not.toBe('');
      expect(message).not.toContain('hidden');
    }
  });
});

describe('refused', () => {
  test.each([
    '',
    ' ',
    '.',
    '-',
    'a..b',
    '-a.example',
    'a-.example',
    'a b',
    'a%41',
    '%',
    '10.1.2',
    '10.1.2.256',
    '1',
    '0x7f000001',
    '1.2.3.4.5',
    ':::',
    '[::1',
    '::1]',
    '[10.1.2.3]',
    '[video]',
    'fe80::1%eth0',
    'x'.repeat(64),
    `${'x.'.repeat(127)}xx`,
    10,
    true,
    [],
    {},
    undefined,
  ])('%j', (written) => {
    const { host, message } = read(written);
    expect(host).toBeUndefined();
    expect(message).not.toBe('');
  });
});
