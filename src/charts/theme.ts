/** Sizes and colours of a chart. Made for a phone, which shows 1,080 pixels about 7 cm wide, in a light or a dark chat. */

/** Telegram shrinks what is longer than 1,280. */
export const WIDTH = 1080;
export const HEIGHT = 1190;

export const MARGIN = 40;
/** Where the panels end; room for half a label of the time axis. */
export const RIGHT = WIDTH - 54;

/** From top to bottom, in pixels; words by their baselines. */
export const Y = {
  title: 82,
  subtitle: 130,
  bands: { heading: 200, legend: 250, top: 280, height: 60 },
  latency: { heading: 406, legend: 456, top: 488, height: 236 },
  users: { heading: 790, legend: 0, top: 820, height: 252 },
  times: 1120,
  moreTimes: 1162,
} as const;

export const FONT = 'PT Sans';

export const SIZES = { title: 50, subtitle: 34, heading: 38, legend: 36, tick: 36 } as const;

/** Up and down differ in lightness, too, and in shape: down is taller, unknown is lower. */
export const COLOURS = {
  background: '#ffffff',
  text: '#1c2733',
  quiet: '#566473',
  grid: '#e1e6eb',
  midnight: '#a3adb8',
  axis: '#8c98a5',
  up: '#4caf6d',
  down: '#c8102e',
  downShade: '#fbdfe3',
  unknown: '#b9c1ca',
  unknownShade: '#f0f2f4',
  latency: { line: '#1559b3', range: '#a9c9ef' },
  users: { line: '#6d3bb8', range: '#d9c9f0' },
  beyond: '#d9730d',
} as const;
