import { TomteError } from '@tomte/sdk/errors';
import type { EnergySetupPage, WireSensorFault } from '@tomte/sdk/types-energy';
import { type Context, command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns } from '../print.ts';

export default command({
  name: 'energy',
  about: 'What is known of a home’s energy and whose word it is; what is wrong with its sensors.',
  usage: 'tomte energy [answer SENSOR RULE true|right|undo]',
  options: { home: { type: 'string', about: 'the home, where several are linked' } },
  words: { min: 0, max: 4 },
  async run(context) {
    const { open, words, text } = context;
    const [verb, ...rest] = words;
    const { tomte } = await open();
    const home = (await oneHome(tomte, text('home'))).id;
    if (verb === undefined) {
      show(context, await tomte.energySetup({ home }));
      return 0;
    }
    const [sensor, rule, said] = rest;
    const answer = said === undefined ? undefined : answers[said];
    if (verb !== 'answer' || !sensor || !rule || answer === undefined) {
      throw new TomteError('cli.usage', `Not understood: tomte energy ${words.join(' ')}`, {
        hint: 'tomte energy --help shows what can be asked.',
      });
    }
    show(context, await tomte.answerSensor({ home, sensor, rule, answer }));
    return 0;
  },
});

const answers: Readonly<Record<string, 'true' | 'right' | null>> = {
  true: 'true',
  right: 'right',
  undo: null,
};

function show({ answer }: Context, page: EnergySetupPage): void {
  const figures = columns(page.figures.map(({ what, value, from }) => [what, value, from]));
  answer(page, [page.sentence, '', ...figures, '', ...page.faults.flatMap(fault)]);
}

const fault = (one: WireSensorFault): string[] => [
  `${one.leftOut ? 'out ' : 'note'}  ${one.name} (${one.sensor}, ${one.rule}): ${one.evidence}`,
  `      ${one.consequence} ${one.fix}`,
  ...(one.answered
    ? [`      You said: ${one.answered === 'right' ? 'it is right' : one.answer}.`]
    : one.leftOut && one.answer
      ? [`      ${one.answer}: tomte energy answer ${one.sensor} ${one.rule} true`]
      : []),
];
