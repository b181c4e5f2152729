/** From a drawing to a PNG. The only file that imports Vega and resvg, 45 MiB when loaded: in the program only `painter.ts` may import it. */
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { parse, View } from 'vega';
import type { Drawing } from './drawing.ts';
import { toSpec } from './layout.ts';
import { toPng } from './png.ts';
import { FONT } from './theme.ts';
import type { Measure } from './wording.ts';

const require = createRequire(import.meta.url);

/** A bare machine has no fonts, and with those of another the picture would look different. */
const font = {
  loadSystemFonts: false,
  fontFiles: [
    require.resolve('@expo-google-fonts/pt-sans/400Regular/PTSans_400Regular.ttf'),
    require.resolve('@expo-google-fonts/pt-sans/700Bold/PTSans_700Bold.ttf'),
  ],
  defaultFontFamily: FONT,
};

export async function paint(drawing: Drawing): Promise<Buffer> {
  const svg = await new View(parse(toSpec(drawing, measure)), { renderer: 'none' }).toSVG();
  const image = new Resvg(svg, { font, logLevel: 'off' }).render();
  return toPng(image.pixels, image.width, image.height);
}

/** Widths of 100 pixels high words; each look reads the fonts anew. */
const widths = new Map<string, number>();

const measure: Measure = (text, size, isBold) => {
  const words = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const look = `font-family="${FONT}" font-size="100" font-weight="${isBold ? 'bold' : 'normal'}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><text ${look}>${words}</text></svg>`;
  const width = widths.get(svg) ?? new Resvg(svg, { font, logLevel: 'off' }).getBBox()?.width ?? 0;
  widths.set(svg, width);
  return (width * size) / 100;
};
