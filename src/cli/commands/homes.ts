import type { HomeSummary } from '@tomte/sdk/types';
import { yesOrNo } from '../answers.ts';
import { command } from '../command.ts';
import { oneHome } from '../one-home.ts';
import { columns, minute } from '../print.ts';

const noHome = 'No home is linked. tomte link ADDRESS';

export default command({
  name: 'homes',
  about: 'Lists the linked homes with the state of each Link; with a home, changes its settings.',
  usage: 'tomte homes [HOME --buttons-entity ENTITY|none | --own-user yes|no]',
  options: {
    'buttons-entity': {
      type: 'string',
      about: 'input_text into which the blueprint writes what is pressed on phones, or none',
    },
    'own-user': {
      type: 'string',
      about: 'yes when nobody but Tomte uses its user in Home Assistant',
    },
  },
  words: { min: 0, max: 1 },
  async run({ open, words, text, answer }) {
    const { tomte } = await open();
    const entity = text('buttons-entity');
    const ownUser = yesOrNo('own-user', text('own-user'));
    const changes = entity !== undefined || ownUser !== undefined;
    const all = words.length > 0 || changes ? [await oneHome(tomte, words[0])] : null;
    const homes = all ?? (await tomte.listHomes({}));
    if (changes) {
      const changed = await tomte.setHome({
        home: homes[0]!.id,
        ...(entity === undefined ? {} : { buttonsEntity: entity === 'none' ? null : entity }),
        ...(ownUser === undefined ? {} : { ownUser }),
      });
      answer(changed, [
        `${changed.name}: buttons on phones come ${changed.buttonsEntity ? `by ${changed.buttonsEntity}` : 'as events'}; its user is ${changed.ownUser ? 'Tomte’s alone' : 'shared'}.`,
      ]);
      return 0;
    }
    const rows = homes.map((home) => [
      home.id,
      home.name,
      stateOf(home),
      home.address,
      `${home.version}${home.demo ? ', demo' : ''}`,
    ]);
    const faults = homes.flatMap(({ link }) =>
      link.state === 'stopped' && link.error ? [`${link.error.message}. ${link.error.hint}`] : [],
    );
    answer(homes, rows.length > 0 ? [...columns(rows), ...new Set(faults)] : [noHome]);
    return 0;
  },
});

/** Without a running Tomte nothing is known of the Link but when the home was last heard. */
function stateOf({ link }: HomeSummary): string {
  if (link.error?.code !== 'cli.service_unreachable') return link.state;
  return `not running, ${link.asOf === null ? 'never heard' : `heard until ${minute(link.asOf)}`}`;
}
