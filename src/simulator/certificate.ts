/**
 * Answers "which certificate does this address show?": self-signed ones, made at run time and kept per address, so
 * that fifty servers start quickly. Loads its library only when asked.
 */
import type { generate } from 'selfsigned';

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>;

export interface Certificate {
  key: string;
  cert: string;
}

const made = new Map<string, Promise<Certificate>>();

/** A self-signed certificate for the address and `localhost`; the same one for the same address in this process. */
export function selfSigned(host: string): Promise<Certificate> {
  let certificate = made.get(host);
  if (certificate === undefined) {
    certificate = make(host);
    made.set(host, certificate);
  }
  return certificate;
}

/** An authority of one's own, for this process. */
export function authority(name: string): Promise<Certificate> {
  return generated(name, [{ name: 'basicConstraints', cA: true, critical: true }]);
}

/** A certificate for the address, signed by that authority. */
export function issuedBy(signer: Certificate, host: string): Promise<Certificate> {
  return generated(host, [{ name: 'basicConstraints', cA: false }, namesOf(host)], signer);
}

function make(host: string): Promise<Certificate> {
  return generated(host, [{ name: 'basicConstraints', cA: true, critical: true }, namesOf(host)]);
}

function namesOf(host: string) {
  return {
    name: 'subjectAltName' as const,
    altNames: [
      { type: 7 as const, ip: host },
      { type: 2 as const, value: 'localhost' },
    ],
  };
}

async function generated(name: string, extensions: Extensions, ca?: Certificate): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const pem = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 86_400_000),
    notAfterDate: new Date(Date.now() + 3650 * 86_400_000),
    extensions,
    ...(ca === undefined ? {} : { ca }),
  });
  return { key: pem.private, cert: pem.cert };
}
