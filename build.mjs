/**
 * Makes `dist/` from `src/`: a few large files with our code and the packages that are written in JavaScript. As 600
 * small files the same start takes twice as long and 8 MiB more.
 * `node build.mjs [FOLDER] [PARTS]`: tests want more beside the program, as JSON from a name to a source.
 */
import { cpSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { build } = await import('rolldown').catch(endWithoutTools);

const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** @returns {never} `npm ci --omit=dev` installs no tools, and builds like every install: what is built already stays. */
function endWithoutTools(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const isBuilt = existsSync(new URL('dist/main.js', import.meta.url));
  const advice = isBuilt
    ? 'dist/ stays as it is: building needs the development packages (npm ci).'
    : 'Building needs the development packages. Run npm ci, then npm prune --omit=dev.';
  process.stderr.write(`${advice}\n`);
  process.exit(isBuilt ? 0 : 1);
}

/** Never allowed, and the module of Node.js that it loads takes 2 MiB. */
const NO_HTTP2 = {
  name: 'no-http2',
  resolveId: {
    filter: { id: /client-h2\.js$/ },
    handler: (_id, importer) => (importer?.includes('/undici/') ? '\0no-http2' : null),
  },
  load: { filter: { id: /^\0no-http2$/ }, handler: () => 'module.exports = undefined;' },
};

/** V8 takes two bytes for each character of a source as soon as one of them is not Latin. */
const ASCII = {
  name: 'ascii',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk') continue;
      // There it would become something else.
      if (/\\[^\0-\x7f]/.test(file.code)) throw new Error(`${file.fileName}: a backslash before a letter`);
      file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
    }
  },
};

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * @param {Record<string, string>} input from the name of a file, without `.js`, to its source
 * @param {string} dir
 */
export async function bundle(input, dir) {
  await build({
    cwd: ROOT,
    input,
    platform: 'node',
    // With native parts, with files of their own, or loaded once a year.
    external: ['@resvg/resvg-js', 'libsql', 'selfsigned', 'vega'],
    plugins: [NO_HTTP2, ASCII],
    // The bench takes as a whole what the program loads in parts.
    checks: { ineffectiveDynamicImport: false },
    logLevel: 'warn',
    output: {
      dir,
      cleanDir: true,
      // As deep as in `src/`, because the sources name the files beside them by relative paths.
      chunkFileNames: 'chunks/[name].js',
      // The names stay for whoever reads a stack in the log.
      minify: { compress: true, mangle: false, codegen: true },
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , dist = `${ROOT}dist`, parts = '{}'] = process.argv;
  const program = { main: 'src/main.ts', 'charts/painter': 'src/charts/painter.ts' };
  await bundle({ ...program, ...JSON.parse(parts) }, dist);
  cpSync(`${ROOT}src/simulator/page`, `${dist}/simulator/page`, { recursive: true });
}
