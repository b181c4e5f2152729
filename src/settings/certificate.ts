/** `ssl_certificate`: whom to trust when a server shows its certificate, and the file that is trusted instead. */
import { X509Certificate } from 'node:crypto';
import type { Check } from './checks.ts';
import type { FileReader } from './file-reader.ts';
import { mustBe } from './found.ts';
import { resolvePath, showFile } from './paths.ts';
import type { Place } from './problems.ts';
import type { TlsTrust } from './settings.ts';

/** As written: a path still has to be read. */
export type TrustSource =
  | { readonly kind: 'system' }
  | { readonly kind: 'any' }
  | { readonly kind: 'file'; readonly path: string };

/** `1` and `0` count as well, and an empty text as `false`: the predecessor took them. */
export const trustSource: Check<TrustSource> = {
  allowed: 'true (verify), false (do not) or the path of a certificate file such as "ca.pem"',
  read(value, place) {
    if (value === true || value === 1) return { kind: 'system' };
    if (value === false || value === 0 || value === '') return { kind: 'any' };
    if (typeof value !== 'string') return place.refuse(mustBe(trustSource.allowed, value));
    if (/^(true|false)$/i.test(value)) {
      return place.refuse(`${mustBe(trustSource.allowed, value)}; write it without quotes`);
    }
    return { kind: 'file', path: value };
  },
};

/** Reads the file, and warns of a server whose certificate nobody looks at. */
export async function resolveTrust(
  source: TrustSource | undefined,
  place: Place,
  { folder, reader }: { readonly folder: string; readonly reader: FileReader },
): Promise<TlsTrust | undefined> {
  if (source === undefined) return undefined;
  if (source.kind === 'any') {
    place.warn(
      'the certificate of this server is not verified, so anybody in between can pose as it and read its secrets; ' +
        'save its certificate as a file beside the settings and write ssl_certificate = "ca.pem"',
    );
    return { kind: 'any' };
  }
  if (source.kind === 'system') return { kind: 'system' };

  const path = resolvePath(folder, source.path);
  const name = showFile(folder, source.path);
  const file = await reader.read(path);
  if (file.kind === 'unreadable') {
    return place.refuse(`cannot read ${name}: ${file.reason}`);
  }
  const content = file.bytes.toString('utf8');
  const certificates: string[] = [];
  for (const { index } of content.matchAll(BEGIN)) {
    const certificate = certificateAt(content, index);
    if (certificate === undefined) {
      const line = content.slice(0, index).split('\n').length;
      return place.refuse(`${name} holds a damaged certificate, which begins in line ${line}; save it anew`);
    }
    certificates.push(certificate);
  }
  if (certificates.length === 0) return place.refuse(`${name} ${whyNone(content)}`);
  // Each on lines of its own: `cat a b` puts two on one line when the first file lacks the last line break, and
  // OpenSSL passes over the second without a word.
  return { kind: 'file', path, pem: certificates.join('\n') };
}

const BEGIN = /-----BEGIN CERTIFICATE-----/g;

/** From its first dash to its last; `undefined` when it is damaged. */
function certificateAt(content: string, index: number): string | undefined {
  const [block] =
    /^-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(content.slice(index)) ?? [];
  try {
    return block !== undefined && new X509Certificate(block) ? block : undefined;
  } catch {
    return undefined;
  }
}

function whyNone(content: string): string {
  return content.includes('PRIVATE KEY-----')
    ? 'holds a private key and no certificate; give the certificate, which others may see'
    : 'holds no "BEGIN CERTIFICATE"; a binary one becomes text with: openssl x509 -inform der -in FILE -out ca.pem';
}
