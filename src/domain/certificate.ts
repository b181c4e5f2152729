/** Is a notice due about the end of a server's certificate? Pure: the caller keeps the notes and does the telling. */
import { DAY, type EpochMs } from '../lib/time.ts';
import type { ServerName } from './names.ts';

/** So many days before the end it is told, once each; 0: it has ended. The nearest last. */
export const NOTICE_DAYS = [21, 7, 1, 0] as const;

export type NoticeDays = (typeof NOTICE_DAYS)[number];

/** What has been told about the certificate that a server showed last. */
export interface CertificateNotes {
  readonly server: ServerName;
  /** By its end a certificate is known: a renewed one has another. */
  readonly endsAt: EpochMs;
  /** The nearest notice that was told; `undefined`: none was. */
  readonly toldDays: NoticeDays | undefined;
}

export interface NoticeDecision {
  /** Which notice to tell now. How much time is really left says `endsAt`: the bot may have been off meanwhile. */
  readonly notice: NoticeDays | undefined;
  /** To be kept together with the notice. */
  readonly notes: CertificateNotes;
}

/**
 * Of several notices that have come due only the nearest is told. An end that is far away forgets what was told,
 * because the machine's clock may have been wrong then.
 * @param told `undefined`: nothing is known about this server's certificate
 */
export function decideNotice(
  told: CertificateNotes | undefined,
  seen: { readonly server: ServerName; readonly endsAt: EpochMs },
  now: EpochMs,
): NoticeDecision {
  const { server, endsAt } = seen;
  const reached = NOTICE_DAYS.findLast((days) => endsAt - now <= days * DAY);
  const before = told?.endsAt === endsAt ? told.toldDays : undefined;
  const isDue = reached !== undefined && (before === undefined || reached < before);
  if (isDue) return { notice: reached, notes: { server, endsAt, toldDays: reached } };
  return {
    notice: undefined,
    notes: { server, endsAt, toldDays: reached === undefined ? undefined : before },
  };
}
