import { defineModel } from '@tomte/sdk/model';
import { secret } from '@tomte/sdk/secret';
import { z } from 'zod';

export default defineModel({
  title: 'OpenAI-compatible server',
  text: 'OpenAI, Ollama, LM Studio, llama.cpp, vLLM, OpenRouter and any other server that speaks like them.',
  settings: z.strictObject({
    address: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .describe(
        'Address of its interface, such as https://api.openai.com/v1 or http://192.168.1.20:11434/v1',
      ),
    model: z.string().min(1).max(200).describe('Name of the model, as the server calls it'),
    key: secret({
      description: 'Key of the account; a server of your own may need none',
      hostOf: 'address',
    }).optional(),
    answerForm: z
      .enum(['json_schema', 'json_object', 'none'])
      .default('json_schema')
      .describe(
        'How the form of the answer is asked for; change it where the server refuses json_schema',
      ),
  }),
  host: ({ address }) => new URL(address).host,
  called: ({ model }) => model,
  async ask(prompt, { settings, fetch, signal }) {
    // Only who asks a model pays for its library: 40 MB, in a command too that never asks.
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    const { generate } = await import('./ai/generate.ts');
    const provider = createOpenAICompatible({
      name: 'tomte',
      baseURL: settings.address.replace(/\/+$/, ''),
      ...(settings.key === undefined ? {} : { apiKey: settings.key }),
      supportsStructuredOutputs: settings.answerForm === 'json_schema',
      fetch,
    });
    const model = provider.chatModel(settings.model);
    return generate(model, prompt, { form: settings.answerForm, signal });
  },
});
