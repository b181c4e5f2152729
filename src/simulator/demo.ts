/**
 * Answers "how does one try a bot without accounts and servers?": a simulated Telegram, three simulated servers and a
 * page that shows both. Whoever starts it points a bot at them.
 */
import { Feed } from './demo-feed.ts';
import { openDemoPage } from './demo-page.ts';
import type { DemoPerson, Texts } from './demo-protocol.ts';
import { createDemoWorld, type DemoServer } from './demo-world.ts';
import { startTelegram, type TelegramSimulator } from './telegram.ts';

export interface DemoOptions {
  /** For the page; 0 takes any free one. */
  readonly port: number;
  readonly locale: string;
  readonly texts: Texts;
}

export interface Demo {
  readonly url: string;
  readonly telegram: Pick<TelegramSimulator, 'apiRoot' | 'token'>;
  readonly servers: readonly DemoServer[];
  readonly administrators: readonly number[];
  /** PEM of the authority that a bot has to know besides the system's own. */
  readonly authority: string;
  close(): Promise<void>;
}

const BOT = { name: 'TrueConf Admin Bot', username: 'trueconf_admin_demo_bot' };
const PEOPLE: readonly DemoPerson[] = [
  { id: 4711, name: 'Anna', isAdministrator: true },
  { id: 4712, name: 'Boris', isAdministrator: true },
  { id: 4713, name: 'Eve', isAdministrator: false },
];

/** Throws `EADDRINUSE` when the port is taken. */
export async function startDemo({ port, locale, texts }: DemoOptions): Promise<Demo> {
  // Telegram's limit is one message a second to a chat, but it lets short bursts pass.
  const telegram = await startTelegram({ username: BOT.username, rate: { perChatPerSecond: 5 } });
  const world = await createDemoWorld().catch(async (error) => {
    await telegram.close();
    throw error;
  });
  const administrators = PEOPLE.filter(({ isAdministrator }) => isAdministrator);
  // As if they had pressed Start: to others a bot may not write.
  for (const { id, name } of administrators) telegram.knowChat(id, name);
  const feed = new Feed({ locale, bot: BOT, people: PEOPLE, telegram, servers: world.servers });
  const close = async () => {
    feed.close();
    await Promise.all([telegram.close(), world.close()]);
  };
  try {
    const stage = { people: PEOPLE, telegram, servers: world.servers, feed };
    const page = await openDemoPage(stage, texts, port);
    return {
      url: page.url,
      telegram,
      servers: world.servers,
      administrators: administrators.map(({ id }) => id),
      authority: world.authority,
      close: async () => {
        await page.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
