/** Is the server up, since when, and how do we know. */
import type { Button, Screen } from '../../channels/port.ts';
import type { Summary } from '../../domain/summary.ts';
import { shareUp, type Uptime } from '../../domain/uptime.ts';
import { clip, type Html, html, joinHtml } from '../../i18n/markup.ts';
import { type DurationMs, MINUTE } from '../../lib/time.ts';
import { serverKey } from '../callback-data.ts';
import type { BotServer, ServerView } from '../ports.ts';
import { periodLine } from './history.ts';
import { button, dot, footer, heading, NAME_LENGTH, refreshAndBack, toServer, type Ui } from './ui.ts';

/** Time without a look that is worth a line. */
const UNWATCHED: DurationMs = 15 * MINUTE;

/** Outages that are named. */
const OUTAGES = 3;

/** @param chat whose mute is shown */
export function statusScreen(
  ui: Ui,
  server: BotServer,
  view: ServerView,
  chat: string,
  summary: Summary,
): Screen {
  const { words, formats } = ui;
  const key = serverKey(server);
  const mutedUntil = view.mutedUntil(chat);
  const text = joinHtml([
    heading(words.plain('status.title'), server),
    html`${dot(view)} ${[availabilityLine(ui, view)]}`,
    view.acknowledgedBy === undefined
      ? undefined
      : words.html('status.acknowledged', { name: clip(view.acknowledgedBy, NAME_LENGTH) }),
    ...probeLines(ui, view),
    view.version === undefined ? undefined : words.html('status.version', { version: view.version }),
    view.monitored
      ? words.html('status.monitoring-on', { interval: formats.duration(server.probeInterval) })
      : words.html('status.monitoring-off'),
    view.maintenanceUntil === undefined
      ? undefined
      : words.html('status.maintenance', { time: formats.time(view.maintenanceUntil, ui.now) }),
    mutedUntil === undefined
      ? undefined
      : words.html('status.muted', { time: formats.time(mutedUntil, ui.now) }),
    ...summaryLines(ui, summary),
    footer(ui),
  ]);
  const keyboard = [
    [
      button(words.plain(view.monitored ? 'button.monitoring-off' : 'button.monitoring-on'), {
        kind: 'switch-monitoring',
        server: key,
        on: !view.monitored,
      }),
    ],
    ...alertButtons(ui, key, view, mutedUntil !== undefined),
    refreshAndBack(ui, { kind: 'status', server: key }, toServer(server)),
  ];
  return { text, keyboard };
}

function summaryLines(ui: Ui, { day, week, month, latency, outages }: Summary): (Html | undefined)[] {
  const { words, formats } = ui;
  const share = (uptime: Uptime) => {
    const up = shareUp(uptime);
    return up === undefined ? '–' : formats.percent(up);
  };
  const gap = ({ unknown }: Uptime) => formats.duration(unknown);
  if (shareUp(month) === undefined) return [];
  const shares = { day: share(day), week: share(week), month: share(month) };
  // All that was watched lies within a shorter span: the longer one would say the same again.
  const young = { ...shares, duration: formats.duration(Math.ceil(watched(month) / MINUTE) * MINUTE) };
  return [
    ...(watched(day) === watched(month)
      ? [words.html('status.uptime-day', young)]
      : watched(week) === watched(month)
        ? [words.html('status.uptime-week', young)]
        : [
            words.html('status.uptime', shares),
            month.unknown >= UNWATCHED
              ? words.html('status.unwatched', { day: gap(day), week: gap(week), month: gap(month) })
              : undefined,
          ]),
    latency && words.html('status.latency', { typical: latency.typical, max: latency.max }),
    outages.length > 0 ? words.html('status.outages') : undefined,
    ...outages.slice(0, OUTAGES).map((period) => periodLine(ui, period)),
  ];
}

function watched({ up, down }: Uptime): DurationMs {
  return up + down;
}

/** What can be done about alerts: the same as below the alert itself. */
function alertButtons(ui: Ui, server: string, view: ServerView, isMuted: boolean): Button[][] {
  const { words } = ui;
  if (isMuted) return [[button(words.plain('button.unmute'), { kind: 'mute', server, minutes: 0 })]];
  if (!view.monitored || view.availability.status !== 'down') return [];
  return [
    [
      button(words.plain('button.mute-1h'), { kind: 'mute', server, minutes: 60 }),
      button(words.plain('button.mute-8h'), { kind: 'mute', server, minutes: 480 }),
    ],
    ...(view.acknowledgedBy === undefined
      ? [[button(words.plain('button.acknowledge'), { kind: 'acknowledge', server })]]
      : []),
  ];
}

/** `Up since 10:45 (2 d 3 h)` */
export function availabilityLine(ui: Ui, view: ServerView): Html {
  const { words, formats, now } = ui;
  if (!view.monitored) return words.html('availability.off');
  const { status, since } = view.availability;
  if (status === 'unknown') return words.html('availability.unknown');
  return words.html(`availability.${status}`, {
    time: formats.time(since, now),
    duration: formats.duration(now - since),
  });
}

function probeLines(ui: Ui, view: ServerView): (Html | undefined)[] {
  const { words, formats, now } = ui;
  const { lastProbe, availability } = view;
  if (!lastProbe) return [words.html('status.no-probe')];
  const milliseconds = Math.max(1, Math.round(lastProbe.latency));
  const time = formats.moment(lastProbe.at, now);
  if (lastProbe.kind === 'answered') {
    return [
      words.html('status.answered', { time, milliseconds }),
      availability.doubt ? words.html('status.doubt-up') : undefined,
    ];
  }
  const web = lastProbe.webAnswers ?? availability.failure?.webAnswers;
  return [
    words.html('status.failed', { time }),
    words.html('status.cause', { cause: words.cause(lastProbe.trouble) }),
    words.html('status.advice', { advice: words.advice(lastProbe.trouble) }),
    web === undefined || availability.status !== 'down'
      ? undefined
      : words.html(web ? 'alert.web-answers' : 'alert.machine-silent'),
    availability.status !== 'down' && view.monitored ? words.html('status.doubt-down') : undefined,
  ];
}
