import { defineModel } from '@tomte/sdk/model';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';

export default defineModel({
  title: 'Anthropic',
  text: 'Claude, by the interface of Anthropic.',
  settings: z.strictObject({
    model: z.string().min(1).max(200).describe('Name of the model, as Anthropic calls it'),
    key: secret({ description: 'Key of the account', hostOf: 'address' }),
    address: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .default('https://api.anthropic.com/v1')
      .describe('Address of the interface, where it is another than Anthropic’s own'),
  }),
  host: ({ address }) => new URL(address).host,
  called: ({ model }) => model,
  async ask(prompt, { settings, fetch, signal }) {
    // Only who asks a model pays for its library: 40 MB, in a command too that never asks.
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    const { generate } = await import('./ai/generate.ts');
    const provider = createAnthropic({
      baseURL: settings.address.replace(/\/+$/, ''),
      apiKey: settings.key,
      fetch,
    });
    return generate(provider(settings.model), prompt, { form: 'json_schema', signal });
  },
});
