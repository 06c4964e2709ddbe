/** Where in a JSON answer a value stands: `$.prices[0].total`, `data["per kWh"][-1]`, `items[*].name`. */
import { TomteError } from '@tomte/sdk/errors';

/** A name, a place (from the end where negative), or all of a list. */
export type Step = string | number | { readonly all: true };

const stepPattern =
  /^(?:\.?([\p{L}_][\p{L}\d_-]*)|\[(-?\d{1,6})\]|\[\*\]|\[(?:"([^"\]]*)"|'([^'\]]*)')\])/u;

/** The steps of a pointer, or null where it is none. Empty, or `$`, is the whole answer. */
export function stepsOf(pointer: string): Step[] | null {
  const steps: Step[] = [];
  let rest = pointer.trim().replace(/^\$/, '');
  while (rest !== '') {
    const found = stepPattern.exec(rest);
    if (!found || steps.length >= 32) return null;
    const [whole, name, place, quoted, quotedToo] = found;
    if (whole === '[*]') steps.push({ all: true });
    else steps.push(place === undefined ? (name ?? quoted ?? quotedToo)! : Number(place));
    rest = rest.slice(whole.length);
  }
  return steps;
}

/** Throws connect.answer_invalid that says up to where there is something. */
export function valueAt(answer: unknown, steps: readonly Step[], come = '$'): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return answer;
  if (typeof step === 'object') {
    if (!Array.isArray(answer)) throw nothing(`${come} is no list`);
    return answer.map((one, at) => valueAt(one, rest, `${come}[${at}]`));
  }
  if (typeof step === 'number') {
    const found = Array.isArray(answer) ? answer.at(step) : undefined;
    if (found === undefined) throw nothing(`nothing stands at ${come}[${step}]`);
    return valueAt(found, rest, `${come}[${step}]`);
  }
  const isObject = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
  if (isObject && Object.hasOwn(answer, step)) {
    return valueAt((answer as Record<string, unknown>)[step], rest, `${come}.${step}`);
  }
  const names = isObject ? Object.keys(answer).slice(0, 8).join(', ') : '';
  throw nothing(`${come} has no ${step}${names ? `; it has ${names.slice(0, 200)}` : ''}`);
}

const nothing = (words: string) =>
  new TomteError('connect.answer_invalid', `In the answer ${words}`);
