/** A Chromium that sees this machine and nothing else, and tells what went wrong in its pages. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  // Chromium's sandbox refuses to run as root.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** For machines that are busy with other tests. */
const PATIENCE_MS = 60_000;

export interface Sight {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and requests that would have left this machine. */
  readonly troubles: readonly string[];
}

/** Where Chromium is; `undefined`: nowhere. */
export function findChromium(): string | undefined {
  return [process.env.CHROMIUM_PATH ?? '', ...PLACES].find((path) => existsSync(path));
}

export const HOW_TO_GET_CHROMIUM = `there is no Chromium at CHROMIUM_PATH, ${PLACES.join(', ')}. On Debian: apt-get install chromium`;

/** With a profile of its own, which goes with it. */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS, timeout: PATIENCE_MS });
}

/** A page in a window of its own; nothing in it knows of another. */
export async function openSight(browser: Browser, options: BrowserContextOptions): Promise<Sight> {
  const context = await browser.newContext({ reducedMotion: 'reduce', serviceWorkers: 'block', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const troubles: string[] = [];
  await context.route('**/*', (route) => {
    const { hostname, protocol } = new URL(route.request().url());
    if (protocol === 'data:' || hostname === '127.0.0.1' || hostname === 'localhost') return route.continue();
    troubles.push(`request to ${hostname}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.message}`));
  return { page, troubles };
}
