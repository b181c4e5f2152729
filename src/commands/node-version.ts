/** Whether this Node can run the program at all: an older one fails later, and with words that nobody understands. */

const OLDEST = [20, 18, 1] as const;

/** What to tell the person, or `undefined`. @param version as in `process.versions.node` */
export function nodeTooOld(version: string): string | undefined {
  // Before a release they end in words, such as 20.18.1-rc.1.
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [place, oldest] of OLDEST.entries()) {
    const part = parts[place] ?? 0;
    if (part > oldest) return undefined;
    if (part < oldest) {
      return `Node.js ${OLDEST.join('.')} or newer is needed; this is ${version}. See https://nodejs.org/en/download`;
    }
  }
  return undefined;
}
