/** The row about the demo: from the command to a page that a browser can show. */
import { spawn } from 'node:child_process';
import { median } from './bot.mjs';

const MAIN = new URL('../dist/main.js', import.meta.url).pathname;

export async function demo() {
  const runs = [];
  for (let run = 0; run < 5; run++) runs.push(await fromCommandToPage());
  const value = median(runs);
  return [
    {
      what: '`npm run demo`: from the command to the page',
      measured: `median of ${runs.length}`,
      bar: '< 3 s',
      value: `${(value / 1_000).toFixed(2)} s`,
      ok: value < 3_000,
    },
  ];
}

async function fromCommandToPage() {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, 'demo', '--no-open', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const ready = /ready: (\S+)\n/.exec(output);
      if (ready) resolve(ready[1]);
    });
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
  });
  const page = await fetch(url);
  await page.text();
  const lasted = performance.now() - startedAt;
  if (page.status !== 200) throw new Error(`the page answers with ${page.status}`);
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  return lasted;
}
