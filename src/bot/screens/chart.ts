/** The past of a server as a picture, and what it comes to in words. */
import type { Button, Screen } from '../../channels/port.ts';
import type { Chart } from '../../charts/chart.ts';
import type { Picture } from '../../charts/charts.ts';
import type { ChartFailure } from '../../charts/failure.ts';
import { shareUp, toBands, uptime, watchedRuns } from '../../domain/uptime.ts';
import { clip, html, joinHtml } from '../../i18n/markup.ts';
import { DAY, type DurationMs } from '../../lib/time.ts';
import type { Zone } from '../../lib/zone.ts';
import { serverKey } from '../callback-data.ts';
import type { BotServer, ServerHistory } from '../ports.ts';
import { button, heading, NAME_LENGTH, type Ui } from './ui.ts';

/** Spans that a button offers, in days; any other is the nearest of these. */
export function chartSpan(days: number): DurationMs {
  return days > 3 ? 7 * DAY : DAY;
}

export function chartOf(
  ui: Ui,
  server: BotServer,
  span: DurationMs,
  { buckets, periods }: ServerHistory,
  zone: Zone,
): Chart {
  const { words, formats, now } = ui;
  const from = now - span;
  const { probeInterval } = server;
  const bands = toBands(watchedRuns(buckets), periods, from, now, probeInterval);
  const share = shareUp(uptime(bands));
  return {
    title: server.name,
    // With both days: a picture stays in the chat.
    subtitle: [from, now].map((at) => `${formats.date(at)} ${formats.clock(at)}`).join(' – '),
    from,
    to: now,
    buckets,
    periods,
    probeInterval,
    usersInterval: server.usersInterval,
    zone,
    words: {
      availability:
        share === undefined
          ? words.plain('chart.availability')
          : words.plain('chart.availability-share', { share: formats.percent(share) }),
      latency: words.plain('chart.latency'),
      users: words.plain('chart.users'),
      up: words.plain('chart.up'),
      down: words.plain('chart.down'),
      unknown: words.plain('chart.unknown'),
      median: words.plain('chart.median'),
      range: words.plain('chart.range'),
      nothing: words.plain('chart.nothing'),
      beyond: (slowest) => words.plain('chart.beyond', { slowest }),
      number: formats.number,
      clock: formats.clock,
      weekday: formats.weekday,
      date: formats.date,
    },
  };
}

/** @param picture `undefined`: there is nothing to show yet */
export function chartScreen(
  ui: Ui,
  server: BotServer,
  span: DurationMs,
  picture: Picture | undefined,
): Screen {
  const { words, formats, now } = ui;
  const time = formats.moment(picture?.at ?? now, now);
  const text = joinHtml([
    heading(words.plain(span === DAY ? 'chart.title-day' : 'chart.title-week'), server),
    picture ? undefined : words.html('chart.empty'),
    html`<i>${words.plain('read-at', { time })}</i>`,
  ]);
  const keyboard = chartButtons(ui, server, span);
  return picture ? { text, keyboard, picture: picture.png } : { text, keyboard };
}

export function chartFailedScreen(ui: Ui, server: BotServer, span: DurationMs, code: ChartFailure): Screen {
  const { words } = ui;
  const text = joinHtml([
    words.html('chart.failed', { server: clip(server.name, NAME_LENGTH) }),
    words.html(`chart.failed-${code}`),
  ]);
  return { text, keyboard: chartButtons(ui, server, span) };
}

/** Shown while a picture takes its time. */
export function chartWaitingScreen({ words }: Ui, server: BotServer): Screen {
  const back = button(words.plain('button.back'), { kind: 'history', server: serverKey(server), page: 0 });
  return {
    text: words.html('waiting-chart', { server: clip(server.name, NAME_LENGTH) }),
    keyboard: [[back]],
  };
}

/** The row of buttons for the charts that there are. */
export function chartChoice({ words }: Ui, server: BotServer): Button[] {
  const key = serverKey(server);
  return [
    button(words.plain('button.chart-day'), { kind: 'chart', server: key, days: 1 }),
    button(words.plain('button.chart-week'), { kind: 'chart', server: key, days: 7 }),
  ];
}

function chartButtons(ui: Ui, server: BotServer, span: DurationMs) {
  const { words } = ui;
  const key = serverKey(server);
  const days = span / DAY;
  return [
    chartChoice(ui, server),
    [
      button(words.plain('button.refresh'), { kind: 'chart', server: key, days }),
      button(words.plain('button.history'), { kind: 'history', server: key, page: 0 }),
    ],
  ];
}
