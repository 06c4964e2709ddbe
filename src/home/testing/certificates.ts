import './reflect.ts';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;

export interface Identity {
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of the certificate, hex with colons. */
  readonly fingerprint: string;
}

export interface Authority {
  readonly root: string;
  readonly intermediate: string;
  /** A certificate for these names; `chain` is the leaf with the intermediate behind it. */
  issue(
    names: string[],
    o?: { fromDay?: number; toDay?: number },
  ): Promise<Identity & { chain: string }>;
}

/** A root, one intermediate, and certificates as a public issuer makes them, relative to `now` (epoch ms). */
export async function openAuthority(now: number): Promise<Authority> {
  const root = await make({ subject: 'CN=Test Root', names: [], ca: true, now });
  const middle = await make({
    subject: 'CN=Test Intermediate',
    names: [],
    ca: true,
    now,
    issuer: root,
  });
  return {
    root: root.certificate.toString('pem'),
    intermediate: middle.certificate.toString('pem'),
    async issue(names, o = {}) {
      const leaf = await make({
        subject: `CN=${names[0]}`,
        names,
        ca: false,
        now,
        issuer: middle,
        ...o,
      });
      const identity = await written(leaf);
      return { ...identity, chain: `${identity.cert}\n${middle.certificate.toString('pem')}` };
    },
  };
}

/** A certificate that vouches for itself. */
export async function selfSigned(names: string[], now: number): Promise<Identity> {
  return written(await make({ subject: `CN=${names[0]}`, names, ca: false, now }));
}

interface Made {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

async function make(o: {
  subject: string;
  names: string[];
  ca: boolean;
  now: number;
  issuer?: Made;
  fromDay?: number;
  toDay?: number;
}): Promise<Made> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const names = o.names.map((value) => ({
    type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const),
    value,
  }));
  const certificate = await x509.X509CertificateGenerator.create({
    subject: o.subject,
    issuer: o.issuer?.certificate.subject ?? o.subject,
    notBefore: new Date(o.now + (o.fromDay ?? -30) * day),
    notAfter: new Date(o.now + (o.toDay ?? 60) * day),
    publicKey: keys.publicKey,
    signingKey: (o.issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(o.ca, undefined, true),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certificate, keys };
}

async function written({ certificate, keys }: Made): Promise<Identity> {
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString(
    'base64',
  );
  const thumb = Buffer.from(await certificate.getThumbprint('SHA-256'));
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${key.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
    fingerprint: thumb.toString('hex').toUpperCase().match(/../g)!.join(':'),
  };
}
