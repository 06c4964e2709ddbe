import type { EntityState } from '@tomte/sdk/home';
import type { DoctorFinding } from '@tomte/sdk/types';

/** What a person told Tomte about a home, and what the home shows of it. */
export interface PeopleExamined {
  readonly admin: boolean;
  readonly ownUser: boolean;
  readonly buttonsEntity: string | null;
  /** Of `buttonsEntity`; undefined where there is none in the home. */
  readonly buttons: EntityState | undefined;
}

/** The longest word a button carries; a text helper takes 100 unless it is told otherwise. */
const wordMax = 255;

/** How people's answers reach Tomte, and how sure it is of its own deeds. Pure. */
export function peopleFindings(o: PeopleExamined): DoctorFinding[] {
  return [buttonsFinding(o), userFinding(o)];
}

function buttonsFinding({ admin, buttonsEntity, buttons }: PeopleExamined): DoctorFinding {
  const title = 'Buttons on phones';
  const fix =
    'Make a text helper in Home Assistant with a maximum length of 255, and choose it anew.';
  const row = (level: DoctorFinding['level'], detail: string, mend: string | null = null) =>
    ({ id: 'buttons', level, title, detail, fix: mend }) satisfies DoctorFinding;
  if (buttonsEntity !== null) {
    if (!buttons) return row('warn', `There is no ${buttonsEntity} in the home.`, fix);
    if (Number(buttons.attributes.max) < wordMax) {
      const detail = `${buttonsEntity} takes ${Number(buttons.attributes.max)} characters; a word of Tomte’s is longer.`;
      return row('warn', detail, fix);
    }
    return row('ok', `They are heard by ${buttonsEntity}, through the blueprint.`);
  }
  if (admin) return row('ok', 'They are heard: the token is an administrator’s.');
  return row(
    'note',
    'Home Assistant tells of them to administrators only, so questions are answered on a page or in the app of Tomte.',
    'Import docs/blueprints/tomte-buttons.yaml into Home Assistant, then: tomte homes HOME --buttons-entity input_text.…',
  );
}

/** After a crash, what the home shows is proof only where nobody else acts in the same name. */
function userFinding({ ownUser }: PeopleExamined): DoctorFinding {
  if (ownUser) {
    return {
      id: 'own-user',
      level: 'ok',
      title: 'Tomte’s own user',
      detail: 'What its user did in Home Assistant, Tomte did.',
      fix: null,
    };
  }
  return {
    id: 'own-user',
    level: 'note',
    title: 'The user may be shared',
    detail:
      'If Tomte is cut off while it switches something that must not happen twice, it cannot tell its own deed from yours, and asks you to look.',
    fix: 'Make a user in Home Assistant for Tomte alone, link the home again with its token, then: tomte homes HOME --own-user yes',
  };
}
