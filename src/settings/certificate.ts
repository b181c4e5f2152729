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
  const pem = file.bytes.toString('utf8');
  const flaw = flawIn(pem);
  if (flaw !== undefined) return place.refuse(`${name} ${flaw}`);
  return { kind: 'file', path, pem };
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function flawIn(pem: string): string | undefined {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) {
    return pem.includes('PRIVATE KEY-----')
      ? 'holds a private key and no certificate; give the certificate, which others may see'
      : 'holds no "BEGIN CERTIFICATE"; a binary one becomes text with: openssl x509 -inform der -in FILE -out ca.pem';
  }
  return blocks.every(isCertificate) ? undefined : 'holds a damaged certificate; save it anew';
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block) !== undefined;
  } catch {
    return false;
  }
}
