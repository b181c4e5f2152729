/** Types for the parts of undici that `http.ts` imports by their own paths, which ship without any. */

declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici';
}
