import { isError, TomteError } from '@tomte/sdk/errors';
import type { LinkAnswer, LinkRequest, ProbeStage } from '@tomte/sdk/types';
import { type Context, command } from '../command.ts';
import { readSecret } from '../input.ts';
import { plain } from '../print.ts';

export default command({
  name: 'link',
  about: 'Makes the test request, says what is wrong, and keeps the home if all is right.',
  usage: 'tomte link ADDRESS [--port N] [--token-file F | --token T | token on standard input]',
  options: {
    port: { type: 'string', about: 'port of Home Assistant, when it is not in the address' },
    'token-file': { type: 'string', about: 'file with the long-lived access token' },
    token: {
      type: 'string',
      about: 'the token itself; seen by everybody on this machine, so for tests only',
    },
    name: { type: 'string', about: 'name of the home, instead of Home Assistant’s own' },
    'pin-certificate': {
      type: 'boolean',
      about: 'accept this server’s certificate, and from now on only that one',
    },
    'allow-plain-http': {
      type: 'boolean',
      about: 'send the token unencrypted over the internet',
    },
    replace: { type: 'boolean', about: 'renew address and token of a home that is linked already' },
  },
  words: { min: 1, max: 1 },
  async run(context) {
    const answer = await authorize(context);
    context.answer(answer, answer.ok ? linked(answer) : []);
    if (answer.ok) return 0;
    // With --json the answer holds the error; people read it as any other.
    if (!context.json) context.deps.err(plain(`${answer.error.message}\n${answer.error.hint}\n`));
    return 3;
  },
});

/** A fault of the link is an answer, whoever threw it; every other one is an error. */
async function authorize(context: Context): Promise<LinkAnswer> {
  try {
    const request = await readRequest(context);
    const { tomte, linkLive } = await context.open();
    if (!linkLive) return await tomte.linkHome(request);
    return await linkLive(request, (stage) => {
      if (!context.json) context.deps.err(plain(`${stageLine(stage)}\n`));
    });
  } catch (error) {
    if (!isError(error) || !error.code.startsWith('link.')) throw error;
    return { ok: false, error: error.toJSON().error, probe: [] };
  }
}

async function readRequest(context: Context): Promise<LinkRequest> {
  const { text, on, deps } = context;
  const port = text('port');
  if (port !== undefined && !/^\d{1,5}$/.test(port)) {
    throw new TomteError('cli.usage', `--port ${port} is no number of a port`);
  }
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
    throw new TomteError('link.address_invalid', 'A port is a number between 1 and 65535.');
  }
  const token =
    text('token') ??
    (await readSecret(deps, { file: text('token-file'), prompt: 'Token (not shown): ' }));
  const name = text('name');
  return {
    address: context.words[0]!,
    token,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(name === undefined ? {} : { name }),
    ...(on('pin-certificate') ? { pinCertificate: true } : {}),
    ...(on('allow-plain-http') ? { allowPlainHttp: true } : {}),
    ...(on('replace') ? { replace: true } : {}),
  };
}

const stageLine = ({ stage, ok, ms, detail, port }: ProbeStage): string =>
  `${ok ? ' ok ' : 'FAIL'}  ${stage}${port === undefined ? '' : ` ${port}`}  ${Math.round(ms)} ms  ${detail}`;

function linked({ home, warnings }: Extract<LinkAnswer, { ok: true }>): string[] {
  return [
    `${home.name} is linked: ${home.address}, Home Assistant ${home.version}, ${home.entities} entities.`,
    `Its id is ${home.id}; the token is ${home.user.name}’s.`,
    ...warnings.flatMap(({ message, hint }) => ['', message, hint]),
  ];
}
