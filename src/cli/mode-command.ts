import { type Duration, ms } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { ModeName } from '@tomte/sdk/types-mode';
import { iso, systemClock } from '../lib/clock.ts';
import { nextLocalTime } from '../lib/local-time.ts';
import { type Command, command } from './command.ts';
import { oneHome } from './one-home.ts';
import { minute } from './print.ts';

/** `tomte pause`, `guests`, `away`: the same command with another word. */
export function modeCommand(mode: ModeName, o: { about: string; usually: string }): Command {
  return command({
    name: mode,
    about: o.about,
    usage: `tomte ${mode} [HOME] [--until TIME | --for DURATION | --off]`,
    options: {
      until: { type: 'string', about: 'ends then: 14:30 by the clock of the home, or ISO 8601' },
      for: { type: 'string', about: `ends after 90m, 2h, 3d; without an end, ${o.usually}` },
      off: { type: 'boolean', about: 'ends now' },
      by: { type: 'string', about: 'your name' },
    },
    words: { min: 0, max: 1 },
    async run({ open, words, text, on, answer }) {
      const given = [text('until'), text('for'), on('off') || undefined];
      if (given.filter((one) => one !== undefined).length > 1) {
        throw new TomteError('cli.usage', 'Say one of --until, --for and --off');
      }
      const { tomte } = await open();
      const home = await oneHome(tomte, words[0]);
      const until = endOf(text('until'), text('for'), home.timeZone);
      const by = text('by');
      const holding = await tomte.setMode({
        home: home.id,
        mode,
        ...(on('off') ? { off: true } : {}),
        ...(until === undefined ? {} : { until }),
        ...(by === undefined ? {} : { by }),
      });
      const now = holding.find((one) => one.mode === mode);
      const said = now ? `holds in ${home.name} until ${minute(now.until)}` : 'is over';
      answer(holding, [`${mode.charAt(0).toUpperCase()}${mode.slice(1)} ${said}.`]);
      return 0;
    },
  });
}

function endOf(
  until: string | undefined,
  lasting: string | undefined,
  zone: string,
): string | undefined {
  const now = systemClock.now();
  if (until !== undefined) {
    if (/^([01]?\d|2[0-3]):[0-5]\d$/.test(until)) {
      return iso(nextLocalTime(now, zone, { time: until.padStart(5, '0') }));
    }
    const at = Date.parse(until);
    if (Number.isFinite(at)) return iso(at);
    throw new TomteError('cli.usage', `--until ${until} is no time`);
  }
  if (lasting === undefined) return undefined;
  try {
    return iso(now + ms(lasting as Duration));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new TomteError('cli.usage', `--for ${lasting}: say 90m, 2h or 3d`, { cause });
  }
}
