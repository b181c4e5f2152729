/** What a picture of a server's past shows, as its caller says it. Charts know no language and no server. */
import type { Period, ProbeBucket } from '../domain/history.ts';
import type { DurationMs, EpochMs } from '../lib/time.ts';
import type { Zone } from '../lib/zone.ts';

export interface Chart {
  /** The server's name. Untrusted: what the font does not have is left out, what is too long is cut. */
  readonly title: string;
  /** Which time it shows, in words. */
  readonly subtitle: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Of one server in order of time, the running one included; also the bucket in which the span begins. */
  readonly buckets: readonly ProbeBucket[];
  /** Of the same server. */
  readonly periods: readonly Period[];
  /** Default: the length of a bucket. When it is longer, a probe stands for the time until the next one. */
  readonly probeInterval?: DurationMs;
  /** Between two counts of online users; default and meaning as above. */
  readonly usersInterval?: DurationMs;
  readonly zone: Pick<Zone, 'wallAt' | 'firstAt'>;
  readonly words: ChartWords;
}

/** Short: the picture is a phone's width. Plain text. */
export interface ChartWords {
  /** Headings; good places for a number, e.g. `Availability: 99.8 %`. */
  readonly availability: string;
  /** With the unit, e.g. `Answer time, ms`. */
  readonly latency: string;
  readonly users: string;
  readonly up: string;
  readonly down: string;
  readonly unknown: string;
  readonly median: string;
  /** From the fastest to the slowest answer. */
  readonly range: string;
  /** In place of a panel for which there are no data. */
  readonly nothing: string;
  /** What is too slow for the scale, and the slowest of all, e.g. `slower: up to 5,012`. */
  beyond(slowest: string): string;
  /** A whole number. */
  number(value: number): string;
  /** `16:00` */
  clock(at: EpochMs): string;
  /** `Mon` */
  weekday(at: EpochMs): string;
  /** `17 Nov` */
  date(at: EpochMs): string;
}
