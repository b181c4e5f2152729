/** What do tests of the adapter stand on? One simulated server, settings that point to it, and hand-made answers. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ServerName } from '../../src/domain/names.ts';
import { ServerTrouble, type Trouble } from '../../src/domain/trouble.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { ServerSettings } from '../../src/settings/settings.ts';
import { startTrueConf, type TrueConfSimulatorOptions } from '../../src/simulator/trueconf.ts';
import { openTrueConfServer } from '../../src/trueconf/client.ts';

export const CLIENT_SECRET = 'client-secret-6f1c2d';

/** Settings for a server on loopback; plain TLS trust unless given. */
export function settingsFor(given: Partial<ServerSettings> = {}): ServerSettings {
  return {
    name: 'sim' as ServerName,
    host: '127.0.0.1',
    clientId: 'client',
    clientSecret: new Secret(CLIENT_SECRET),
    accessToken: undefined,
    tls: { kind: 'any' },
    httpsPort: 443,
    status: {
      monitored: true,
      probeInterval: 15_000,
      check: 'vsstatus',
      statusPort: 4307,
      thresholds: { failures: 2, successes: 1 },
      reminder: undefined,
    },
    forgotten: { minDuration: 3_600_000 },
    maintenance: [],
    ...given,
  };
}

/** A simulated server and the adapter to it, both closed when the test ends. */
export async function startWorld(
  simulator: TrueConfSimulatorOptions = {},
  settings: Partial<ServerSettings> = {},
  clock: Clock = systemClock,
) {
  const sim = await startTrueConf({ clientSecret: CLIENT_SECRET, ...simulator });
  const base = settingsFor();
  const server = openTrueConfServer(
    settingsFor({
      httpsPort: sim.apiPort,
      ...settings,
      status: { ...base.status, statusPort: sim.statusPort, ...settings.status },
    }),
    { clock, log: silentLog },
  );
  onTestFinished(async () => {
    await server.close();
    await sim.close();
  });
  return { sim, server };
}

/** A plain HTTP server for one test. */
export async function startHttp(handle: http.RequestListener): Promise<number> {
  const server = http.createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

/** The trouble that a call ends with; fails the test when it ends otherwise. */
export async function troubleFrom(call: Promise<unknown>): Promise<Trouble> {
  const error = await call.then(
    (value) => new Error(`answered ${JSON.stringify(value)}`),
    (thrown) => thrown,
  );
  if (error instanceof ServerTrouble) return error.trouble;
  throw error;
}

/** A clock that stands still until it is set forward. */
export function standingClock(at = 1_700_000_000_000) {
  let now = at;
  return {
    clock: { now: () => now, sleep: systemClock.sleep } satisfies Clock,
    forward: (ms: number) => {
      now += ms;
    },
  };
}
