/**
 * Answers "which certificate does this address show?": self-signed ones, made at run time and kept per address, so
 * that fifty servers start quickly. Loads its library only when asked.
 */

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

async function make(host: string): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const pem = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 86_400_000),
    notAfterDate: new Date(Date.now() + 3650 * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: host },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  return { key: pem.private, cert: pem.cert };
}
