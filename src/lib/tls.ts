/** What Node.js has for TLS. An `import` of it would read all of its exports, among them every root certificate as text: 1 MiB. */
export const tls = process.getBuiltinModule('node:tls');
