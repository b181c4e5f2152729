/** Turns a drawing into a Vega specification: where each panel, line and word stands. Pure; loads nothing of Vega. */
import type { Mark, Spec } from 'vega';
import type { Drawing } from './drawing.ts';
import { legend, type Place, text, timeLabels } from './labels.ts';
import { panelData, panelMark } from './panels.ts';
import { COLOURS, HEIGHT, MARGIN, RIGHT, SIZES, WIDTH, Y } from './theme.ts';
import { drawable, type Measure } from './wording.ts';

/** An outage of a minute must be seen on a picture of a week. */
const NARROWEST_OUTAGE = 5;

type Datum = Record<string, unknown>;

export function toSpec(drawing: Drawing, measure: Measure): Spec {
  const { from, to, bands, panels } = drawing;
  const labels = panels.flatMap(({ ticks }) => ticks.map(({ label }) => drawable(label)));
  const widest = Math.max(0, ...labels.map((label) => measure(label, SIZES.tick, false)));
  const left = Math.ceil(MARGIN + widest + 14);
  const x = (at: number) => left + ((at - from) / (to - from)) * (RIGHT - left);
  const write = (words: string, at: Partial<Place>) => text(words, at, measure);

  const shades = bands
    .filter(({ state }) => state !== 'up')
    .map((band) => ({ ...band, colour: band.state === 'down' ? COLOURS.downShade : COLOURS.unknownShade }));
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    width: WIDTH,
    height: HEIGHT,
    padding: 0,
    autosize: 'none',
    background: COLOURS.background,
    data: [
      { name: 'bands', values: bands.map((band) => bandBox(band, x)) },
      { name: 'shades', values: shades },
      { name: 'grid', values: drawing.grid.map((line) => ({ ...line })) },
      ...panels.flatMap((panel) => panelData(panel, x)),
    ],
    scales: [{ name: 'x', type: 'linear', domain: [from, to], range: [left, RIGHT], zero: false }],
    marks: [
      write(drawing.title, { y: Y.title, size: SIZES.title, isBold: true }),
      write(drawing.subtitle, { y: Y.subtitle, size: SIZES.subtitle, colour: COLOURS.quiet }),
      write(drawing.availability.title, { y: Y.bands.heading, size: SIZES.heading, isBold: true }),
      ...legend(drawing.availability.legend, Y.bands.legend, measure, COLOURS.latency),
      bandMarks(),
      ...panels.flatMap((panel) => [
        write(panel.title, { y: Y[panel.kind].heading, size: SIZES.heading, isBold: true }),
        ...legend(panel.legend, Y[panel.kind].legend, measure, COLOURS[panel.kind]),
        panelMark(panel, left, drawing.nothing, measure),
      ]),
      ...timeLabels(drawing.times, x, measure),
    ],
  };
}

/** Down goes over the edges of up and is never too narrow to be seen. */
function bandBox({ from, to, state }: Drawing['bands'][number], x: (at: number) => number): Datum {
  const { top, height } = Y.bands;
  let [start, end] = [x(from), x(to)];
  if (state === 'down' && end - start < NARROWEST_OUTAGE) {
    const middle = (start + end) / 2;
    [start, end] = [middle - NARROWEST_OUTAGE / 2, middle + NARROWEST_OUTAGE / 2];
  }
  const inset = { up: 0, down: -8, unknown: 20 }[state];
  return {
    x: start,
    x2: end,
    y: top + inset,
    y2: top + height - inset,
    colour: COLOURS[state],
    isDown: state === 'down',
  };
}

function bandMarks(): Mark {
  return {
    type: 'rect',
    from: { data: 'bands' },
    // Outages last, over their neighbours.
    sort: { field: 'datum.isDown' },
    encode: {
      enter: {
        x: { field: 'x' },
        x2: { field: 'x2' },
        y: { field: 'y' },
        y2: { field: 'y2' },
        fill: { field: 'colour' },
      },
    },
  };
}
