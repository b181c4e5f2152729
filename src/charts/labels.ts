/** The words of a picture and the marks that stand for them, as Vega marks. Everything fits its place. Pure. */
import type { Mark, TextMark } from 'vega';
import type { LegendEntry, TimeLabel } from './drawing.ts';
import { COLOURS, FONT, MARGIN, SIZES, WIDTH, Y } from './theme.ts';
import { drawable, fitted, type Measure } from './wording.ts';

const SWATCH = 30;
const BETWEEN_ENTRIES = 34;
const BETWEEN_TIMES = 20;
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

/** One line; words that are too long for it together get smaller together, so that none is cut. */
export function legend(
  entries: readonly LegendEntry[],
  y: number,
  measure: Measure,
  colours: LineColours,
): Mark[] {
  const words = entries.map(({ label }) => drawable(label));
  // Only the words get smaller.
  const marks = entries.length * (SWATCH + 12) + BETWEEN_ENTRIES * (entries.length - 1);
  const full = words.reduce((sum, label) => sum + measure(label, SIZES.legend, false), 0);
  const size = fittingSize(SIZES.legend, full, WIDTH - 2 * MARGIN - marks);
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

/** One line of words under the other; words that would touch their neighbours get smaller, all together. */
export function timeLabels(times: readonly TimeLabel[], x: (at: number) => number, measure: Measure): Mark[] {
  const lines = [
    { y: Y.times, labels: times.map(({ at, label }) => ({ x: x(at), words: drawable(label) })) },
    {
      y: Y.moreTimes,
      labels: times.flatMap(({ at, more }) =>
        more === undefined ? [] : [{ x: x(at), words: drawable(more) }],
      ),
    },
  ];
  const size = Math.min(...lines.map(({ labels }) => sizeOfLine(labels, measure)));
  return lines.flatMap(({ y, labels }) =>
    labels.map(({ x: middle, words }) => {
      // Not over the edge of the picture.
      const half = measure(words, size, false) / 2 + 8;
      const place = { x: Math.min(Math.max(middle, half), WIDTH - half), y, size, width: WIDTH } as const;
      return text(words, { ...place, align: 'center', colour: COLOURS.quiet }, measure);
    }),
  );
}

function sizeOfLine(labels: readonly { readonly x: number; readonly words: string }[], measure: Measure) {
  const widest = Math.max(0, ...labels.map(({ words }) => measure(words, SIZES.tick, false)));
  const nearest = Math.min(...labels.slice(1).map(({ x }, index) => x - (labels[index]?.x ?? 0)));
  return fittingSize(SIZES.tick, widest, nearest - BETWEEN_TIMES);
}

function fittingSize(wanted: number, width: number, room: number): number {
  return width <= room ? wanted : Math.max(SMALLEST, Math.floor((wanted * room) / width));
}
