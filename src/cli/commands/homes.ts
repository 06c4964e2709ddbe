import { command } from '../command.ts';
import { columns } from '../print.ts';

const noHome = 'No home is linked. tomte link ADDRESS';

export default command({
  name: 'homes',
  about: 'Lists the linked homes with the state of each Link.',
  usage: 'tomte homes',
  options: {},
  words: { min: 0, max: 0 },
  async run({ open, answer }) {
    const homes = await (await open()).tomte.listHomes({});
    const rows = homes.map((home) => [
      home.id,
      home.name,
      home.link.state,
      home.address,
      `${home.version}${home.demo ? ', demo' : ''}`,
    ]);
    const faults = homes.flatMap(({ link }) =>
      link.state === 'stopped' && link.error ? [`${link.error.message}. ${link.error.hint}`] : [],
    );
    answer(homes, rows.length > 0 ? [...columns(rows), ...faults] : [noHome]);
    return 0;
  },
});
