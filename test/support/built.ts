/** The program as it is installed: built for one test file, with what lies beside it in the package. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Built {
  /** The package: `dist/`, `locales/` and the example of the settings. */
  readonly home: string;
  readonly main: string;
  /** An empty folder, which goes with the rest. */
  folder(): string;
  remove(): void;
}

/** Takes a second or two; for `beforeAll`. @param parts built beside it: from `NAME` in `dist/NAME.js` to the source */
export function build(parts: Readonly<Record<string, string>> = {}): Built {
  // Below node_modules, so that the built files find what they import. As the program itself names the place.
  const home = realpathSync(mkdtempSync(join(ROOT, 'node_modules', '.built-test-')));
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  cpSync(join(ROOT, 'locales'), join(home, 'locales'), { recursive: true });
  cpSync(join(ROOT, 'settings.example.toml'), join(home, 'settings.example.toml'));
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    execFileSync(process.execPath, [join(ROOT, 'build.mjs'), join(home, 'dist'), JSON.stringify(parts)]);
  } catch (error) {
    remove();
    throw error;
  }
  let folders = 0;
  return {
    home,
    main: join(home, 'dist', 'main.js'),
    folder: () => {
      const path = join(home, `work-${++folders}`);
      mkdirSync(path);
      return path;
    },
    remove,
  };
}
