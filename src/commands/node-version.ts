/** Whether this Node can run the program at all: an older one fails later, and with words that nobody understands. */

/** What to tell the person, or `undefined`. @param version as in `process.versions.node` */
export function nodeTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (isNewEnough) return undefined;
  return `Node.js 20.19, 22.12 or newer is needed; this is ${version}. See https://nodejs.org/en/download`;
}
