/** What `demo` may be told, apart from the command, so that the command line need not load it to know. */

export interface DemoOptions {
  /** As typed; `undefined`: the usual one, or a free one when that is taken. */
  readonly port?: string;
  readonly locale: string;
  /** The browser is opened, where there is one. */
  readonly open: boolean;
}

export const DEMO_PORT = 8787;
export const DEMO_LOCALES = ['en', 'es', 'ru', 'de'];
