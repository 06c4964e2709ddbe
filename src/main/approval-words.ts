import { isCode } from '@tomte/sdk/codes';
import type { Question } from '@tomte/sdk/define';
import { TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import type { Approval } from '@tomte/sdk/types-approval';
import { cut, titleMax } from '@tomte/sdk/words';
import { plain, written } from '../decide/untrusted.ts';

/** What a Run asks, as the engine hands it over. */
export type Asked = {
  readonly id: string;
  readonly home: string;
  readonly workflow: string;
  /** Null for a button of an alert. */
  readonly run: string | null;
  /** Of the wait in the Run. */
  readonly position: number | null;
  /** The alert whose button asks. */
  readonly alert?: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  readonly fallback: string;
} & (
  | ({ readonly kind: 'question' } & Pick<Question, 'title' | 'text' | 'options'>)
  | { readonly kind: 'action'; readonly action: Action; readonly reason: string }
);

/** The home as a question about it needs it. */
export interface AskedHome {
  readonly name: string;
  readonly zone: string;
  /** How people call an entity. */
  readonly entityName: (id: string) => string;
  /** Title of the workflow. */
  readonly workflowTitle: (name: string) => string;
}

const optionsMax = 3;
/** Options travel in signed words, which must fit into a state of Home Assistant. */
const optionId = /^[a-z0-9_-]{1,20}$/i;

interface Words {
  readonly title: string;
  readonly text: string;
  readonly options: Approval['options'];
  readonly fallback: string;
}

/** What people read, and the options in the order of their buttons. Throws approval.invalid. */
export function questionOf(asked: Asked, home: AskedHome | null): Words {
  if (asked.kind === 'action') return aboutAction(asked, home);
  const { title, text, options, fallback } = asked;
  const ids = options.map(({ id }) => id);
  const fits =
    ids.length > 0 &&
    ids.length <= optionsMax &&
    new Set(ids).size === ids.length &&
    ids.every((id) => optionId.test(id)) &&
    ids.includes(fallback) &&
    !options.some(({ id, danger }) => danger && id === fallback);
  if (!fits) {
    throw new TomteError(
      'approval.invalid',
      'A question has one to three options with ids of letters and digits, at most 20, and its fallback is one of them that is no danger',
    );
  }
  // What cannot be undone never stands where a thumb rests.
  const ordered = [...options].sort(
    (a, b) => Number(a.danger ?? false) - Number(b.danger ?? false),
  );
  return {
    title: title.slice(0, 120),
    text: text.slice(0, 1000),
    options: ordered.map(({ id, label, danger }) => ({
      id,
      label: label.slice(0, 40),
      ...(danger ? { danger } : {}),
    })),
    fallback,
  };
}

/** No is the first button, and what is taken when nobody answers. */
function aboutAction(asked: Extract<Asked, { kind: 'action' }>, home: AskedHome | null): Words {
  const { action, workflow } = asked;
  const what = actionWords(action, home?.entityName ?? ((id) => id));
  const who = home?.workflowTitle(workflow) ?? workflow;
  const title = cut(`${what}?`, titleMax);
  // A yes is to all of it: what the title has no room for stands below, however long.
  const whole = title.endsWith('?') ? '' : `${what}. `;
  return {
    title,
    text: `${whole}${cut(who, 60)} asks for this. It is done only with your yes, once.`.slice(
      0,
      1000,
    ),
    options: [
      { id: 'no', label: 'No' },
      { id: 'yes', label: `Yes, ${lowerFirst(what)}`.slice(0, 40), danger: true },
    ],
    fallback: 'no',
  };
}

/** `Unlock Front door`, `Set temperature of Bath (temperature 23)`. */
export function actionWords(action: Action, nameOf: (id: string) => string): string {
  const { domain, action: service, entities, data } = action;
  // A name may be written so that it reads as another; then it has less to show.
  const names = entities.map((id) => plain(nameOf(id), 120) || id).join(', ');
  const verb = service.endsWith(`_${domain}`) ? service.slice(0, -domain.length - 1) : service;
  const words = verb.replaceAll('_', ' ').replace(/^alarm /, '');
  const details = Object.entries(data)
    .filter(([key]) => !isCode(key))
    .map(([key, value]) => written(`${key.replaceAll('_', ' ')} ${JSON.stringify(value)}`))
    .join(', ');
  const said = words.charAt(0).toUpperCase() + words.slice(1);
  const joined = /^(set|select)\b/i.test(said) ? `${said} of ${names}` : `${said} ${names}`;
  return details === '' ? joined : `${joined} (${details})`;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
