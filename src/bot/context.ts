/** What a handler of an action has to work with. */
import type { Screen } from '../channels/port.ts';
import type { Charts } from '../charts/charts.ts';
import type { Person } from '../domain/events.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Zone } from '../lib/zone.ts';
import type { BotServer, Mute } from './ports.ts';
import type { Ui } from './screens/ui.ts';

export interface Context {
  readonly servers: readonly BotServer[];
  /** Made anew for each screen, because time passes while servers answer. */
  ui(): Ui;
  readonly clock: Clock;
  readonly mute: Mute;
  readonly charts: Charts;
  readonly zone: Zone;
  readonly log: Log;
  readonly person: Person;
  /** Where it was asked. */
  readonly chat: string;
  /** What to show while the rest takes its time; made only when it is shown. */
  showMeanwhile(screen: () => Screen): void;
  /** Aborts when the person asks for something else. */
  readonly signal: AbortSignal;
}
