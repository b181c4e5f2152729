/** The words of a picture and the marks that stand for them, as Vega marks. Everything fits its place. Pure. */
import type { Mark, TextMark } from 'vega';
import type { LegendEntry, TimeLabel } from './drawing.ts';
import { COLOURS, FONT, MARGIN, SIZES, WIDTH, Y } from './theme.ts';
import { drawable, fitted, type Measure } from './wording.ts';

const SWATCH = 30;
const BETWEEN_ENTRIES = 34;
const SMALLEST = 22;

/** How what is beyond a scale looks. */
export const BEYOND = {
  shape: { value: 'triangle-up' },
  size: { value: 420 },
  fill: { value: COLOURS.beyond },
};

/** Of a line and what spreads around it. */
export interface LineColours {
  readonly line: string;
  readonly range: string;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly isBold: boolean;
  readonly colour: string;
  readonly align: 'left' | 'center';
  /** Longer words are cut. */
  readonly width: number;
}

export function text(words: string, place: Partial<Place>, measure: Measure): TextMark {
  const { x = MARGIN, y = 0, size = SIZES.legend, isBold = false, align = 'left' } = place;
  const { colour = COLOURS.text, width = WIDTH - MARGIN - x } = place;
  return {
    type: 'text',
    encode: {
      enter: {
        x: { value: x },
        y: { value: y },
        text: { value: fitted(drawable(words), width, size, isBold, measure) },
        font: { value: FONT },
        fontSize: { value: size },
        fontWeight: { value: isBold ? 'bold' : 'normal' },
        fill: { value: colour },
        align: { value: align },
      },
    },
  };
}

/** One line; words that are too long for it together get smaller together. */
export function legend(
  entries: readonly LegendEntry[],
  y: number,
  measure: Measure,
  colours: LineColours,
): Mark[] {
  const words = entries.map(({ label }) => drawable(label));
  const lengthAt = (size: number) =>
    words.reduce(
      (sum, label) => sum + SWATCH + 12 + measure(label, size, false),
      BETWEEN_ENTRIES * (entries.length - 1),
    );
  const room = WIDTH - 2 * MARGIN;
  const full = lengthAt(SIZES.legend);
  const size = full <= room ? SIZES.legend : Math.max(SMALLEST, Math.floor((SIZES.legend * room) / full));
  let x = MARGIN;
  return entries.flatMap(({ mark }, index) => {
    const label = words[index] ?? '';
    const start = x;
    x += SWATCH + 12 + measure(label, size, false) + BETWEEN_ENTRIES;
    return [
      swatch(mark, start, y - 12, colours),
      text(label, { x: start + SWATCH + 12, y, size, colour: COLOURS.quiet }, measure),
    ];
  });
}

/** Looks like what it stands for. @param y its middle */
function swatch(mark: LegendEntry['mark'], x: number, y: number, colours: LineColours): Mark {
  const height = { up: 24, down: 32, unknown: 12, line: 6, range: 24, beyond: 0 }[mark];
  const colour = { ...COLOURS, ...colours }[mark];
  if (mark === 'beyond') {
    return {
      type: 'symbol',
      encode: { enter: { x: { value: x + SWATCH / 2 }, y: { value: y }, ...BEYOND } },
    };
  }
  return {
    type: 'rect',
    encode: {
      enter: {
        x: { value: x },
        y: { value: y - height / 2 },
        width: { value: SWATCH },
        height: { value: height },
        fill: { value: colour },
      },
    },
  };
}

/** Under each other; words that are too long for their places get smaller together. */
export function timeLabels(times: readonly TimeLabel[], x: (at: number) => number, measure: Measure): Mark[] {
  const lines = times.flatMap(({ at, label, more }) => [
    { x: x(at), y: Y.times, words: drawable(label) },
    ...(more === undefined ? [] : [{ x: x(at), y: Y.moreTimes, words: drawable(more) }]),
  ]);
  const widest = Math.max(0, ...lines.map(({ words }) => measure(words, SIZES.tick, false)));
  const places = times.map(({ at }) => x(at));
  const nearest = Math.min(...places.slice(1).map((place, index) => place - (places[index] ?? 0)));
  const room = Math.min(nearest - 12, widest);
  const size = Math.max(SMALLEST, Math.floor((SIZES.tick * room) / Math.max(widest, 1)));
  return lines.map(({ x: middle, y, words }) => {
    // Not over the edge of the picture.
    const half = measure(words, size, false) / 2 + 8;
    const place = { x: Math.min(Math.max(middle, half), WIDTH - half), y, size, width: WIDTH } as const;
    return text(words, { ...place, align: 'center', colour: COLOURS.quiet }, measure);
  });
}
