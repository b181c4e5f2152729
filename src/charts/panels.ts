/** One panel, latency or users: what was measured, over its grid and the shades of outages. As Vega data and marks. Pure. */
import type { Axis, GroupMark, Mark } from 'vega';
import type { Panel } from './drawing.ts';
import { BEYOND, text } from './labels.ts';
import { type Column, toRuns } from './series.ts';
import { COLOURS, FONT, RIGHT, SIZES, WIDTH, Y } from './theme.ts';
import type { Measure } from './wording.ts';

/** Marks of what is beyond the scale stand at least so far apart. */
const BETWEEN_MARKS = 20;

type Datum = Record<string, unknown>;

/** Steps: a value holds as long as what it was measured in, and where nothing was measured nothing is drawn. */
export function panelData(
  { kind, columns, top }: Panel,
  x: (at: number) => number,
): { name: string; values: Datum[] }[] {
  const steps = toRuns(columns).flatMap((run) => [
    ...run.flatMap((column) => [
      { ...column, at: column.from, isKnown: true },
      { ...column, at: column.to, isKnown: true },
    ]),
    { at: run.at(-1)?.to, isKnown: false, low: 0, middle: 0, high: 0 },
  ]);
  return [
    { name: kind, values: steps },
    { name: `${kind}-beyond`, values: marksBeyond(columns, top, x).map((at) => ({ at })) },
  ];
}

function marksBeyond(columns: readonly Column[], top: number, x: (at: number) => number): number[] {
  const marks: number[] = [];
  for (const { from, to, high } of columns) {
    const at = (from + to) / 2;
    if (high > top && x(at) - x(marks.at(-1) ?? Number.NEGATIVE_INFINITY) >= BETWEEN_MARKS) marks.push(at);
  }
  return marks;
}

/** Everything between the axes, or why there is nothing. */
export function panelMark(panel: Panel, left: number, nothing: string, measure: Measure): Mark {
  return panel.columns.length === 0 ? nothingIn(panel, nothing, left, measure) : plot(panel, left);
}

function nothingIn({ kind }: Panel, words: string, left: number, measure: Measure): Mark {
  const { top, height } = Y[kind];
  const place = {
    x: (left + RIGHT) / 2,
    y: top + height / 2 + 12,
    align: 'center',
    colour: COLOURS.quiet,
  } as const;
  return text(words, { ...place, size: SIZES.heading, width: RIGHT - left }, measure);
}

function plot({ kind, ticks, top }: Panel, left: number): GroupMark {
  const { top: y, height } = Y[kind];
  const { line, range } = COLOURS[kind];
  const atTime = { scale: 'x', field: 'at' };
  const atValue = (field: string) => ({ scale: 'y', field });
  const fromTopToBottom = { y: { value: 0 }, y2: { value: height } };
  const measured = { from: { data: kind }, clip: { path: `M${left},-8H${RIGHT}V${height + 8}H${left}Z` } };
  const known = { x: atTime, defined: { field: 'isKnown' } };
  const marks: Mark[] = [
    {
      type: 'rect',
      from: { data: 'shades' },
      encode: {
        enter: {
          x: { scale: 'x', field: 'from' },
          x2: { scale: 'x', field: 'to' },
          ...fromTopToBottom,
          fill: { field: 'colour' },
        },
      },
    },
    {
      type: 'rule',
      from: { data: 'grid' },
      encode: {
        enter: {
          x: atTime,
          ...fromTopToBottom,
          strokeWidth: { value: 2 },
          stroke: { signal: `datum.isMidnight ? '${COLOURS.midnight}' : '${COLOURS.grid}'` },
        },
      },
    },
    ...ticks.map(({ value }) => gridLine(value, left)),
    ...(kind === 'users' ? [areaDownTo(height)] : []),
    {
      type: 'area',
      ...measured,
      encode: { enter: { ...known, y: atValue('low'), y2: atValue('high'), fill: { value: range } } },
    },
    {
      type: 'line',
      ...measured,
      encode: {
        enter: {
          ...known,
          y: atValue('middle'),
          stroke: { value: line },
          strokeWidth: { value: 4 },
          strokeCap: { value: 'round' },
          strokeJoin: { value: 'round' },
        },
      },
    },
    {
      type: 'symbol',
      from: { data: `${kind}-beyond` },
      encode: { enter: { x: atTime, y: { value: 4 }, ...BEYOND } },
    },
  ];
  return {
    type: 'group',
    encode: { enter: { y: { value: y }, width: { value: WIDTH }, height: { value: height } } },
    signals: [{ name: 'labels', value: Object.fromEntries(ticks.map((tick) => [tick.value, tick.label])) }],
    scales: [{ name: 'y', type: 'linear', domain: [0, top], range: [height, 0] }],
    axes: [valueAxis(ticks, left)],
    marks,
  };

  function areaDownTo(bottom: number): Mark {
    const look = { fill: { value: range }, fillOpacity: { value: 0.45 } };
    const enter = { ...known, y: { value: bottom }, y2: atValue('middle'), ...look };
    return { type: 'area', ...measured, encode: { enter } };
  }
}

function gridLine(value: number, left: number): Mark {
  return {
    type: 'rule',
    encode: {
      enter: {
        x: { value: left },
        x2: { value: RIGHT },
        y: { scale: 'y', value },
        stroke: { value: value === 0 ? COLOURS.axis : COLOURS.grid },
        strokeWidth: { value: value === 0 ? 3 : 2 },
      },
    },
  };
}

/** Only the labels: lines lie below what is measured, an axis above. */
function valueAxis(ticks: Panel['ticks'], left: number): Axis {
  return {
    orient: 'left',
    scale: 'y',
    values: ticks.map(({ value }) => value),
    domain: false,
    ticks: false,
    offset: -left,
    labelPadding: 12,
    labelFont: FONT,
    labelFontSize: SIZES.tick,
    labelColor: COLOURS.quiet,
    labelLimit: 0,
    labelOverlap: false,
    encode: { labels: { update: { text: { signal: 'labels[datum.value]' } } } },
  };
}
