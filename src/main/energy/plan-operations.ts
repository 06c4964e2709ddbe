import { TomteError } from '@tomte/sdk/errors';
import type { Tomte } from '@tomte/sdk/operations';
import { nextTimeOf } from '@tomte/sdk/wall-clock';
import type { LoadNow, Pin } from '../../energy/plan/home-loads.ts';
import { minuteMs } from '../../energy/series.ts';
import { getWorkflowSettings } from '../../store/workflow-settings.ts';
import { lifeOf } from '../lives.ts';
import { watchMs } from '../watched-weeks.ts';
import { type HomePlans, type HomePlansParts, morning, planWorkflow } from './home-plans.ts';
import { planPage } from './plan-page.ts';
import { planOperation } from './planning.ts';
import { wouldHaveSwitched } from './would-have.ts';

type Parts = HomePlansParts & {
  readonly plans: HomePlans;
  /** What was changed is carried out at once, where the plan is followed. */
  follow(home: string): Promise<unknown>;
};

export function planOperations(parts: Parts): Pick<Tomte, 'planEnergy' | 'homePlan' | 'pinLoad'> {
  const { db, clock, plans } = parts;
  const settings = (home: string) => getWorkflowSettings(db, { home, workflow: planWorkflow });
  async function page(home: string) {
    const { zone } = lifeOf(parts.lives(), home);
    const [found, workflow] = [await plans.last(home), await settings(home)];
    const since = (workflow?.watch_until?.getTime() ?? clock.now()) - watchMs;
    const wouldHave =
      workflow?.mode === 'watch'
        ? await wouldHaveSwitched(db, { home, workflow: planWorkflow, since })
        : [];
    return planPage({ home, now: clock.now(), zone, workflow, wouldHave }, found);
  }
  return {
    ...planOperation(parts),
    homePlan: ({ home }) => page(home),
    async pinLoad({ home, load, pin }) {
      const { zone } = lifeOf(parts.lives(), home);
      const one = (await plans.last(home))?.loads.find((found) => found.load.name === load);
      if (!one) throw new TomteError('plan.load_not_found', `Nothing that waits is named ${load}`);
      await plans.pin(home, load, pin && wholePin(pin, one, { now: clock.now(), zone }));
      const mode = (await settings(home))?.mode ?? 'off';
      if (mode !== 'off') await parts.follow(home);
      return page(home);
    },
  };
}

/** Each has an end, so that what is forgotten ends too. Throws api.invalid. */
function wholePin(
  pin: NonNullable<Parameters<Tomte['pinLoad']>[0]['pin']>,
  { load, window }: LoadNow,
  { now, zone }: { now: number; zone: string },
): Pin {
  if (load.keeps && (pin.kind === 'by' || pin.kind === 'at'))
    throw new TomteError(
      'api.invalid',
      `${load.name} is kept warm all day: say now, wait or leave`,
    );
  const at = pin.at === undefined ? null : Date.parse(pin.at);
  if ((pin.kind === 'by' || pin.kind === 'at') && (at === null || at <= now)) {
    throw new TomteError('api.invalid', 'Say a time that is ahead');
  }
  const length = load.minutes * minuteMs;
  const usual = {
    now: now + length,
    wait: nextTimeOf(morning, now, zone),
    leave: nextTimeOf(morning, now, zone),
    by: at ?? window.end,
    // It stands until it has run.
    at: (at ?? now) + length + 15 * minuteMs,
  }[pin.kind];
  const until = pin.until === undefined ? usual : pin.until === null ? null : Date.parse(pin.until);
  if (until !== null && until <= now)
    throw new TomteError('api.invalid', 'Say an end that is ahead');
  if (until === null && pin.kind !== 'leave') {
    throw new TomteError('api.invalid', 'Only what is left alone may be so for ever');
  }
  return { kind: pin.kind, at, until };
}
