/** The page of the demo as a newcomer goes through it, in a real browser, with the real bot behind it. */
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, HOW_TO_GET_CHROMIUM, launch, openSight, type Sight } from '../support/browser.ts';
import { type Built, build } from '../support/built.ts';
import { startProgram } from '../support/program.ts';

const executable = findChromium();
if (!executable) process.stdout.write(`The page of the demo is not tested: ${HOW_TO_GET_CHROMIUM}\n`);

/** An outage is told within seconds; the rest is for the machine that runs the tests. */
const PATIENCE = { timeout: 60_000 };
const TEST_MS = 300_000;
const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const [ANNA, BORIS, EVE] = [4711, 4712, 4713];

let built: Built;
let browser: Browser;

beforeAll(async () => {
  if (!executable) return;
  built = build();
  browser = await launch(executable);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  built?.remove();
});

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A demo of its own, and its page in a window of its own. */
async function open(window: BrowserContextOptions, locale = 'en'): Promise<Sight> {
  const args = ['demo', '--no-open', '--port', '0', '--locale', locale];
  const program = startProgram(built.main, args, { cwd: built.home, env: { TMPDIR: built.folder() } });
  endings.push(async () => {
    program.kill('SIGTERM');
    await program.ended;
  });
  await program.says('Ctrl-C ends it');
  const sight = await openSight(browser, window);
  endings.push(() => sight.page.context().close());
  await sight.page.goto(/http:\S+/.exec(program.out())?.[0] ?? '');
  await sees(sight.page.locator('[data-person]').first());
  return sight;
}

/** What can be done at the page, by the places that its author has promised to keep. */
class Visitor {
  readonly #page: Page;
  readonly #isPhone: boolean;

  constructor(page: Page, isPhone: boolean) {
    this.#page = page;
    this.#isPhone = isPhone;
  }

  /** A wide window shows all of them. */
  async show(view: 'chat' | 'world' | 'requests'): Promise<void> {
    if (this.#isPhone) await this.#page.locator(`nav.view-tabs [data-view="${view}"]`).click();
  }

  async be(person: number): Promise<void> {
    await this.show('chat');
    await this.#page.locator(`[data-person="${person}"]`).click();
  }

  async write(text: string): Promise<void> {
    await this.show('chat');
    await this.#page.locator('#compose').fill(text);
    await this.#page.locator('#compose').press('Enter');
  }

  /** The newest message that says this now. */
  message(words: string | RegExp): Locator {
    return this.#page.locator('#chat [data-message]').filter({ hasText: words }).last();
  }

  async press(words: string | RegExp, button: string | RegExp): Promise<void> {
    await this.show('chat');
    await this.message(words).getByRole('button', { name: button }).click();
  }

  async turn(server: string, state: string): Promise<void> {
    await this.show('world');
    const card = this.server(server);
    // The circle itself is invisible; a person presses its words.
    await card.locator(`label:has(input[type=radio][value=${state}])`).click();
    // As the demo tells it, not as it was pressed.
    await sees(this.#page.locator(`[data-server="${server}"][data-state="${state}"]`));
  }

  server(key: string): Locator {
    return this.#page.locator(`[data-server="${key}"]`);
  }
}

async function sees(what: Locator): Promise<void> {
  await what.waitFor({ state: 'visible', ...PATIENCE });
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Else the old colours of one thing would be compared with the new ones of another. */
const SETTLED = `new Promise(requestAnimationFrame).then(() => {
  const moving = document.getAnimations().filter((one) => one instanceof CSSTransition);
  return Promise.allSettled(moving.map((one) => one.finished)).then(() => new Promise(requestAnimationFrame));
})`;

/** In both colours, wherever the page stands just now. */
async function isAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(SETTLED);
    const violations: readonly Violation[] = await page.evaluate(
      'axe.run().then((found) => found.violations)',
    );
    const faults = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`)[0]}`,
      );
    expect(faults, `${where}, ${colorScheme}`).toEqual([]);
  }
}

async function fits(page: Page): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, innerWidth]',
  );
  expect(content).toBeLessThanOrEqual(window);
}

describe.skipIf(!executable)('the page of the demo', () => {
  test.each([
    ['a desktop', DESKTOP, false],
    ['a phone', PHONE, true],
  ] as const)(
    'on %s: menu, plug pulled, alert, plug back, a forgotten conference stopped, the stranger refused',
    async (_what, window, isPhone) => {
      const { page, troubles } = await open(window);
      const visitor = new Visitor(page, isPhone);
      const LIST = 'TrueConf servers';
      const BUSY = 'video.example.com';

      await visitor.be(ANNA);
      await isAccessible(page, 'at the start');
      await fits(page);

      await visitor.write('/start');
      await visitor.press(LIST, BUSY);
      await visitor.press(BUSY, 'Running conferences');
      await sees(visitor.message('Совещание у директора'));
      await visitor.press('Совещание у директора', 'Back');
      await sees(visitor.message(BUSY).getByRole('button', { name: 'Online users' }));

      await visitor.turn('busy', 'unplugged');
      await visitor.show('chat');
      await sees(visitor.message(`${BUSY} is down`));
      await isAccessible(page, 'with an alert');
      await visitor.turn('busy', 'running');
      await visitor.show('chat');
      await sees(visitor.message(/video\.example\.com is up again, it was down for \d+ (sec|min)/));

      await visitor.show('world');
      const card = visitor.server('busy');
      const running = () => card.locator('[data-session]').count();
      await card.locator('summary').first().click();
      await expect.poll(running, PATIENCE).toBe(40);
      await isAccessible(page, 'with the conferences of a server');
      await fits(page);

      await visitor.write('/start');
      await visitor.press(LIST, BUSY);
      await visitor.press(BUSY, 'Forgotten conferences');
      await sees(visitor.message('2 forgotten of 40 running'));
      await visitor.press('2 forgotten of 40 running', /⏹ 1\./);
      await sees(visitor.message('Stop this conference?'));
      // Nothing has happened yet.
      expect(await running()).toBe(40);
      await isAccessible(page, 'with a question');
      await visitor.press('Stop this conference?', 'Stop the conference');
      await sees(visitor.message('✅ Stopped'));
      await sees(visitor.message('1 forgotten of 39 running'));
      await expect.poll(running, PATIENCE).toBe(39);
      await visitor.be(BORIS);
      await sees(visitor.message('Anna'));

      await visitor.be(EVE);
      await visitor.write('/start');
      await sees(visitor.message('Access denied'));
      await sees(visitor.message(String(EVE)));
      await isAccessible(page, 'as the stranger');

      await visitor.show('requests');
      await sees(page.locator('#requests [data-request]').filter({ hasText: '/stop' }).first());
      await isAccessible(page, 'with the requests');
      await fits(page);
      expect(troubles).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'a conference made forgotten by hand is found by the bot, and one that is looked after again is not',
    async () => {
      const { page, troubles } = await open(DESKTOP);
      const visitor = new Visitor(page, false);
      const card = visitor.server('quiet');
      await card.locator('summary').first().click();
      const session = await card.locator('[data-session]').first().getAttribute('data-session');
      const conference = card.locator(`[data-session="${session}"]`);
      await conference.locator('summary').click();
      await conference.locator('[data-action="moderator-leaves"]').click();
      await conference.locator('[data-action="hour-later"]').click();
      await sees(conference.getByText('forgotten', { exact: true }));
      await visitor.be(ANNA);
      await visitor.write('/start');
      await visitor.press('TrueConf servers', 'Klinik am Südpark');
      await visitor.press('Klinik am Südpark', 'Forgotten conferences');
      await sees(visitor.message('1 forgotten of 2 running'));
      await conference.locator('[data-action="moderator-joins"]').click();
      await sees(conference.getByText('moderator inside'));
      await visitor.press('1 forgotten of 2 running', 'Refresh');
      await sees(visitor.message('None. Running now: 2 conferences.'));
      expect(troubles).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'the tour ticks what the visitor has seen: not an answer that names a server, but its alert',
    async () => {
      const { page, troubles } = await open(DESKTOP);
      const visitor = new Visitor(page, false);
      const isTicked = async (step: string) =>
        (await page.locator(`[data-step="${step}"]`).getAttribute('class'))?.includes('is-done') === true;
      await visitor.be(ANNA);
      // No reason for an alert.
      await visitor.turn('quiet', 'slow');
      await visitor.write('/status');
      await sees(visitor.message('Klinik am Südpark'));
      expect(await isTicked('unplug')).toBe(false);
      await visitor.turn('quiet', 'unplugged');
      await sees(visitor.message('Klinik am Südpark is down'));
      await expect.poll(() => isTicked('unplug'), PATIENCE).toBe(true);
      expect(await isTicked('open')).toBe(false);
      expect(troubles).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'by keyboard alone: who writes, a command, a button, a plug',
    async () => {
      const { page, troubles } = await open(DESKTOP);
      const visitor = new Visitor(page, false);
      await page.locator(`[data-person="${ANNA}"]`).focus();
      await page.keyboard.press('ArrowRight');
      await sees(page.locator(`[data-person="${BORIS}"][aria-selected=true]`));
      await page.locator('#compose').focus();
      await page.keyboard.type('/start');
      await page.keyboard.press('Enter');
      await visitor.message('TrueConf servers').getByRole('button', { name: 'video.example.com' }).focus();
      await page.keyboard.press('Enter');
      await sees(visitor.message('video.example.com').getByRole('button', { name: 'Status' }));
      await visitor.server('quiet').locator('input[value=running]').focus();
      await page.keyboard.press('ArrowRight');
      await sees(visitor.message('Klinik am Südpark is down'));
      expect(troubles).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'Telegram is cut off: the alert waits, and comes when it is back',
    async () => {
      const { page, troubles } = await open(DESKTOP);
      const visitor = new Visitor(page, false);
      await visitor.be(ANNA);
      const cut = page.locator('label:has(#telegram-cut)');
      await cut.click();
      await expect.poll(() => page.locator('#telegram-cut').isChecked(), PATIENCE).toBe(true);
      await visitor.turn('quiet', 'unplugged');
      // Two failed looks are an outage; what it asks another server meanwhile is its clock.
      await page.locator('label:has(#requests-routine)').click();
      const looks = page.locator('#requests [data-request]').filter({ hasText: 'video.example.com' });
      await sees(looks.first());
      const seen = await looks.count();
      await expect.poll(() => looks.count(), PATIENCE).toBeGreaterThan(seen + 3);
      expect(await visitor.message('is down').count()).toBe(0);
      await cut.click();
      await sees(visitor.message('Klinik am Südpark is down'));
      expect(troubles).toEqual([]);
    },
    TEST_MS,
  );

  test.each(['es', 'ru', 'de'])(
    'in "%s" it shows no name of a text in place of the text, and is no wider than a phone',
    async (locale) => {
      const { page, troubles } = await open(PHONE, locale);
      const visitor = new Visitor(page, true);
      expect(await page.locator('html').getAttribute('lang')).toBe(locale);
      for (const view of ['chat', 'world', 'requests'] as const) {
        await visitor.show(view);
        await fits(page);
        const words = await page.locator('body').textContent();
        expect(words).not.toMatch(
          /\b(page|views|hints|people|chat|world|telegram|server|requests)\.[a-z]+\b/,
        );
        expect(words).not.toMatch(/\{\{|undefined/);
      }
      await visitor.be(ANNA);
      await visitor.write('/start');
      await sees(visitor.message('video.example.com'));
      expect(troubles).toEqual([]);
    },
    TEST_MS,
  );
});
