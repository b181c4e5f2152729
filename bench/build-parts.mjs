/** Makes `built/parts.js` of `parts.ts`. */
import { fileURLToPath } from 'node:url';
import { bundle } from '../build.mjs';

await bundle({ parts: 'bench/parts.ts' }, fileURLToPath(new URL('./built', import.meta.url)));
