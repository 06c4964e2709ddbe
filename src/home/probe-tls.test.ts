import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { attempt, closeAll, failing, fake, internet, raw } from './testing/attempt.ts';
import {
  type Authority,
  type Identity,
  openAuthority,
  selfSigned,
} from './testing/certificates.ts';
import { closedPort } from './testing/fake-home.ts';
import { samePin } from './tls.ts';

const usualRoots = getCACertificates('default');
const name = 'home.example.org';
let authority: Authority;
let good: Identity & { chain: string };
let self: Identity;

// The test's own issuer is made known, as a public one is, so that only the fault in question is left.
beforeAll(async () => {
  authority = await openAuthority(systemClock.now());
  good = await authority.issue([name]);
  self = await selfSigned([name], systemClock.now());
  setDefaultCACertificates([...usualRoots, authority.root]);
});
afterAll(() => setDefaultCACertificates(usualRoots));
afterEach(closeAll);

const withChain = (identity: Identity & { chain: string }) => ({
  key: identity.key,
  cert: identity.chain,
});

test('a good certificate: linked on 443, nothing pinned', async () => {
  const home = await fake({ tls: withChain(good) });
  const { answer, seen } = await attempt(
    { address: `https://${name}` },
    { network: internet({ 443: home.port }) },
  );
  if (!answer.ok) throw answer.error;
  expect(answer.facts.address).toBe(`https://${name}`);
  expect(answer.pin).toBe(null);
  expect(seen.find((row) => row.stage === 'tls')?.detail).toContain('TLSv1.3');
  expect(home.tokens).toHaveLength(1);
});

test.each([
  ['ended', { fromDay: -90, toDay: -1 }],
  ['not begun', { fromDay: 1, toDay: 90 }],
])('a certificate that has %s', async (_what, days) => {
  const home = await fake({ tls: withChain(await authority.issue([name], days)) });
  await failing({ address: `https://${name}` }, 'link.tls_expired', {
    network: internet({ 443: home.port }),
  });
  expect(home.requests).toEqual([]);
});

test('a certificate for another name says for which', async () => {
  const home = await fake({ tls: withChain(await authority.issue(['other.example.org'])) });
  const answer = await failing({ address: `https://${name}` }, 'link.tls_name_mismatch', {
    network: internet({ 443: home.port }),
  });
  expect(answer.error.message).toContain('other.example.org');
  expect(home.requests).toEqual([]);
});

test('a home reached by its IP address with a certificate for its name', async () => {
  const home = await fake({ tls: withChain(good) });
  await failing({ address: `https://127.0.0.1:${home.port}` }, 'link.tls_name_mismatch');
});

test('a chain without the certificate in between', async () => {
  const home = await fake({ tls: { key: good.key, cert: good.cert } });
  const answer = await failing({ address: `https://${name}` }, 'link.tls_untrusted', {
    network: internet({ 443: home.port }),
  });
  expect(answer.error.details.reason).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('a certificate that vouches for itself shows its fingerprint; pinned, it alone is accepted', async () => {
  const home = await fake({ tls: self });
  const network = internet({ 443: home.port });
  const answer = await failing({ address: `https://${name}` }, 'link.tls_untrusted', { network });
  expect(answer.error.details.fingerprint).toBe(self.fingerprint);
  expect(home.tokens).toEqual([]);

  const { answer: pinned } = await attempt(
    { address: `https://${name}`, pinCertificate: true },
    { network },
  );
  expect(pinned.ok && pinned.pin).toBe(self.fingerprint);
  expect(home.tokens).toHaveLength(1);
});

test('another certificate than the pinned one is refused, good as it may be', async () => {
  const home = await fake({ tls: withChain(good) });
  const network = internet({ 443: home.port });
  const answer = await failing({ address: `https://${name}` }, 'link.tls_untrusted', {
    network,
    pin: self.fingerprint,
  });
  expect(answer.error.message).toContain('another certificate');
  expect(home.requests).toEqual([]);
});

test('a certificate that changes between two connections of one attempt gets no token', async () => {
  const [first, second] = [
    await fake({ tls: self }),
    await fake({ tls: await selfSigned([name], systemClock.now()) }),
  ];
  let connections = 0;
  const usual = internet({});
  const network = {
    ...usual,
    connect: (to: Parameters<typeof usual.connect>[0]) =>
      usual.connect({ ...to, port: connections++ === 0 ? first.port : second.port }),
  };
  await failing({ address: `https://${name}`, pinCertificate: true }, 'link.tls_untrusted', {
    network,
  });
  expect([...first.tokens, ...second.tokens]).toEqual([]);
});

test.each([['TLSv1.2'], ['TLSv1.3']] as const)(
  'a server that asks for a client certificate (%s)',
  async (version) => {
    const tls = {
      ...withChain(good),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: version,
      maxVersion: version,
    };
    const home = await fake({ tls });
    await failing({ address: `https://${name}` }, 'link.tls_client_certificate', {
      network: internet({ 443: home.port }),
    });
    expect(home.tokens).toEqual([]);
  },
);

test('a server that has no certificate for the name', async () => {
  const home = await fake({
    tls: {
      SNICallback: (asked, done) => done(new Error(`no certificate for ${asked}`)),
      ...withChain(good),
    },
  });
  const answer = await failing({ address: `https://${name}` }, 'link.proxy_error', {
    network: internet({ 443: home.port }),
  });
  expect(answer.probe.at(-1)?.stage).toBe('tls');
});

test('a server that answers with the alert for an unknown name', async () => {
  const alert = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70]);
  const server = await raw((socket) => socket.once('data', () => socket.end(alert)));
  await failing({ address: `https://${name}` }, 'link.tls_name_mismatch', {
    network: internet({ 443: server.port }),
  });
});

test('a server that speaks only encryption of the past', async () => {
  const alert = Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]);
  const server = await raw((socket) => socket.once('data', () => socket.end(alert)));
  await failing({ address: `https://${name}` }, 'link.tls_untrusted', {
    network: internet({ 443: server.port }),
  });
});

test('https typed where plain http is spoken', async () => {
  const home = await fake();
  await failing({ address: `https://127.0.0.1:${home.port}` }, 'link.wants_http');
  expect(home.tokens).toEqual([]);
});

test('http typed where https is spoken', async () => {
  const home = await fake({ tls: withChain(good) });
  await failing({ address: `http://${name}:8123` }, 'link.wants_https', {
    network: internet({ 8123: home.port }),
  });
  expect(home.tokens).toEqual([]);
});

test('a port without http or https in front: https is found by itself', async () => {
  const home = await fake({ tls: withChain(good) });
  const { answer, seen } = await attempt(
    { address: `${name}:8123` },
    { network: internet({ 8123: home.port }) },
  );
  expect(answer.ok && answer.facts.address).toBe(`https://${name}:8123`);
  expect(seen.every((row) => row.ok)).toBe(true);
});

test('port 443 with plain http behind it is found by itself', async () => {
  const home = await fake();
  const { answer } = await attempt(
    { address: '192.168.1.20:443' },
    { network: internet({ 443: home.port }) },
  );
  expect(answer.ok && answer.facts.address).toBe('http://192.168.1.20:443');
});

test('a redirect to https on the same host is followed before a token is sent, and told', async () => {
  const [home, closed] = [await fake({ tls: withChain(good) }), await closedPort()];
  const front = await fake({
    inFront: (request) => ({ status: 301, headers: { Location: `https://${name}${request.url}` } }),
  });
  const network = internet({ 8123: closed, 80: front.port, 443: home.port });
  const { answer, seen } = await attempt({ address: name }, { network });
  expect(answer.ok && answer.facts.address).toBe(`https://${name}`);
  expect(seen.find((row) => row.stage === 'http' && row.port === 80)?.detail).toContain('followed');
  expect(front.tokens).toEqual([]);
  expect(home.tokens).toHaveLength(1);
});

test('a redirect in circles ends', async () => {
  const front = await fake({
    tls: withChain(good),
    inFront: () => ({ status: 302, headers: { Location: `https://${name}:8443/x` } }),
  });
  const back = await fake({
    tls: withChain(good),
    inFront: () => ({ status: 302, headers: { Location: `https://${name}/y` } }),
  });
  await failing({ address: `https://${name}` }, 'link.not_home_assistant', {
    network: internet({ 443: front.port, 8443: back.port }),
  });
});

test('a redirect from https down to http is not followed', async () => {
  const front = await fake({
    tls: withChain(good),
    inFront: () => ({ status: 302, headers: { Location: `http://${name}/` } }),
  });
  await failing({ address: `https://${name}` }, 'link.redirected', {
    network: internet({ 443: front.port }),
  });
});

test('something that speaks TLS and then is no web server', async () => {
  const server = await raw((socket) => {
    const secure = new TLSSocket(socket, { isServer: true, key: good.key, cert: good.chain });
    secure.on('error', () => secure.destroy());
    secure.once('data', () => secure.end('220 mail.example.org ESMTP\r\n'));
  });
  await failing({ address: `https://${name}` }, 'link.not_home_assistant', {
    network: internet({ 443: server.port }),
  });
});

test('a fingerprint is the same with and without colons, and never empty', () => {
  expect(samePin('AB'.repeat(32), 'ab:'.repeat(31).concat('ab'))).toBe(true);
  expect(samePin('AB'.repeat(32), 'AC'.repeat(32))).toBe(false);
  expect(samePin('', '')).toBe(false);
});
