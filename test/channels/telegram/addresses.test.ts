import { expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../../src/channels/telegram/addresses.ts';

test.each([
  ['12345', { chat: 12_345, thread: undefined }],
  ['-1001234567890', { chat: -1_001_234_567_890, thread: undefined }],
  ['-1001234567890:42', { chat: -1_001_234_567_890, thread: 42 }],
])('%s is an address, and is written as it was', (address, place) => {
  expect(parseAddress(address)).toEqual(place);
  expect(formatAddress(place)).toBe(address);
});

test.each(['', '0', '@news', '12.5', '1e5', '12345:', ':42', '12345:-1', '99999999999999999999', ' 1'])(
  '%j is no address',
  (address) => {
    expect(parseAddress(address)).toBeUndefined();
  },
);
