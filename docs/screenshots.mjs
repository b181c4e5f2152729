/** Makes the pictures of the demo that the README shows. `npm run screenshots`; needs Chromium, at CHROMIUM_PATH or where Debian puts it. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { smaller } from './smaller-png.mjs';

const MAIN = new URL('../dist/main.js', import.meta.url).pathname;
const FOLDER = new URL('./screenshots/', import.meta.url).pathname;
const PATIENCE_MS = 30_000;
/** Of eight, for each colour: below 250 KB, and nobody sees it. */
const BITS = 6;
const WINDOWS = {
  desktop: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const { child, url } = await startDemo();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  mkdirSync(FOLDER, { recursive: true });
  // One after the other on one demo: the second window finds the chat as the first has left it.
  for (const [name, window] of Object.entries(WINDOWS)) await photograph(name, window);
} finally {
  await browser.close();
  child.kill('SIGTERM');
}

async function startDemo() {
  const started = spawn(process.execPath, [MAIN, 'demo', '--no-open', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TZ: 'UTC' },
  });
  const address = await new Promise((resolve, reject) => {
    started.stdout.on('data', (chunk) => {
      const ready = /ready: (\S+)/.exec(String(chunk));
      if (ready) resolve(ready[1]);
    });
    started.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
  });
  return { child: started, url: address };
}

async function photograph(name, window) {
  const context = await browser.newContext({
    ...window,
    reducedMotion: 'reduce',
    locale: 'en',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('[data-person="4711"]').click();
  const message = (words) => page.locator('#chat [data-message]').filter({ hasText: words }).last();
  if (name === 'desktop') {
    await write(page, '/start');
    await message('TrueConf servers').getByRole('button', { name: 'video.example.com' }).click();
    // For the list of requests.
    await message('video.example.com').getByRole('button', { name: 'Running conferences' }).click();
    await message('1. ').getByRole('button', { name: 'Back' }).click();
    await message('video.example.com').getByRole('button', { name: 'Running conferences' }).waitFor();
    await page.locator('[data-server="busy"] label:has(input[value=unplugged])').click();
  }
  if (name === 'phone') await page.locator('#hints-close').click();
  await message('video.example.com is down').waitFor();
  // The caret and what the pointer is over are no part of the picture.
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement.blur()');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    const picture = await page.screenshot({ animations: 'disabled' });
    writeFileSync(`${FOLDER}${name}-${colorScheme}.png`, smaller(picture, BITS));
  }
  await context.close();
}

async function write(page, text) {
  await page.locator('#compose').fill(text);
  await page.locator('#compose').press('Enter');
}
