/** The store in memory keeps the contract, and what nothing else bounds stays bounded. */
import { expect, test } from 'vitest';
import type { ServerName } from '../../src/domain/names.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { storeContract } from './store-contract.ts';

storeContract('in memory', { open: async () => createMemoryStore() });

test('of the audit log it keeps the newest thousand (a process runs for months)', async () => {
  const store = createMemoryStore();
  const server = 'alpha' as ServerName;
  for (let at = 1; at <= 1_200; at++) {
    await store.commit({
      audit: { kind: 'monitoring-switched', server, at, by: { id: 1, name: 'Anna' }, on: true },
    });
  }
  const kept = await store.audit(5_000);
  expect(kept).toHaveLength(1_000);
  expect([kept[0]?.at, kept.at(-1)?.at]).toEqual([1_200, 201]);
});
