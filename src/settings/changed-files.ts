/** Do files still hold what they held when they were read? Looks at what the system says of them first, and reads seldom. */
import { fingerprintAt, type SeenFile } from './file-reader.ts';
import { stampOf } from './small-file.ts';

/** The rest have their turn at the next looks: thousands of secret files must not cost more than a few. */
const MOST_AT_ONE_LOOK = 50;

/**
 * A file is read at every so many looks even when the system says nothing of a change: two writes within one tick of
 * its clock look like one (a tick is up to 2 s on FAT), and network file systems answer from memory.
 */
const READ_ANYWAY = 10;

export class ChangedFiles {
  readonly #files: readonly SeenFile[];
  readonly #stampOf: typeof stampOf;
  /** By path, as of the last look at which the content was found to be the same. */
  readonly #stamps = new Map<string, string | undefined>();
  #looks = 0;

  /** @param files the first is looked at each time */
  constructor(files: readonly SeenFile[], ask = stampOf) {
    this.#files = files;
    this.#stampOf = ask;
  }

  /** Whether one holds something else; `false` too for one that is still to be looked at. */
  async look(): Promise<boolean> {
    const look = this.#looks++;
    const [first, ...others] = this.#files;
    if (first && (await this.#isOther(first, look % READ_ANYWAY === 0))) return true;

    const turns = Math.max(1, Math.ceil(others.length / MOST_AT_ONE_LOOK));
    const start = (look % turns) * MOST_AT_ONE_LOOK;
    const round = Math.floor(look / turns);
    for (const [index, file] of others.slice(start, start + MOST_AT_ONE_LOOK).entries()) {
      if (await this.#isOther(file, (round + index) % READ_ANYWAY === 0)) return true;
    }
    return false;
  }

  /** What the system says of them all: the same text twice means that nobody was writing in between. */
  async stamps(): Promise<string> {
    const stamps: (string | undefined)[] = [];
    for (const { path } of this.#files) stamps.push(await this.#stampOf(path));
    return stamps.join('\n');
  }

  async #isOther({ path, fingerprint }: SeenFile, readAnyway: boolean): Promise<boolean> {
    // Before the content: what is written in between shows at the next look.
    const stamp = await this.#stampOf(path);
    if (stamp === undefined) return false;
    if (stamp === this.#stamps.get(path) && !readAnyway) return false;
    if ((await fingerprintAt(path)) !== fingerprint) return true;
    this.#stamps.set(path, stamp);
    return false;
  }
}
