import type { ModelInUse } from '../../decide/ask.ts';
import { answerBytesMax } from '../../decide/in-use.ts';
import openai from '../../decide/models/openai-compatible.ts';
import { systemClock } from '../../lib/clock.ts';
import { guardedFetch } from '../../lib/egress.ts';

/** The model of a server on this machine, asked through the guard and its own library. */
export function servedModel(address: string): ModelInUse {
  const fetch = guardedFetch({ clock: systemClock, allow: ['loopback'], bytesMax: answerBytesMax });
  const settings = openai.settings.parse({ address: `${address}/v1`, model: 'fake-1' });
  return {
    ...{ name: 'openai-compatible', host: 'fake' },
    ask: (prompt, signal) =>
      openai.ask(prompt, {
        ...{ settings, signal, home: null, now: systemClock.now, recorded: async () => null },
        fetch: (input, init) => fetch(input, { signal, ...init }),
      }),
  };
}
