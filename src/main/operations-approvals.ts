import { TomteError } from '@tomte/sdk/errors';
import type { Action } from '@tomte/sdk/home';
import type { Tomte } from '@tomte/sdk/operations';
import type { ActionRow } from '@tomte/sdk/types-action';
import type { ModeName } from '@tomte/sdk/types-mode';
import { moment } from '@tomte/sdk/words';
import type { Conflict } from '../home/conflict.ts';
import { iso, isoOrNull } from '../lib/clock.ts';
import { nextLocalTime } from '../lib/local-time.ts';
import { type ActionRow as KeptAction, listActions } from '../store/actions.ts';
import { giveAllBack } from './give-back.ts';
import { lifeOf } from './lives.ts';
import type { Place } from './place.ts';

type Names = 'listApprovals' | 'answerApproval' | 'listModes' | 'setMode' | 'listActions';

const hourMs = 3_600_000;

/** People's say over Actions: what was done, what waits for a yes, what holds everything back. */
export function approvalOperations(
  place: Pick<Place, 'parts' | 'lives' | 'approvals' | 'modes'>,
): Pick<Tomte, Names> {
  const { parts, approvals, modes } = place;
  const zoneOf = (home: string) => place.lives().get(home)?.zone ?? 'UTC';
  return {
    listApprovals: (filter) => approvals.list({ ...filter, limit: Number(filter.limit ?? 200) }),
    answerApproval: ({ id, answer, by }) => approvals.answer(id, { answer, by: by ?? null }),
    listModes: async ({ home }) => modes.list(home),
    async setMode({ home, mode, until, off, by }) {
      const { zone } = lifeOf(place.lives(), home);
      if (off === true) await modes.end(home, mode);
      else {
        const end = until === undefined ? usualEnd(mode, parts.clock.now(), zone) : timeOf(until);
        const isNew = mode === 'pause' && !modes.holds(home, mode) && end > parts.clock.now();
        if (isNew) await giveAllBack(place, { home, why: 'Tomte is paused' });
        await modes.set({ home, mode, until: end, by: by ?? null });
      }
      return modes.list(home);
    },
    async listActions({ home, run, limit }) {
      const rows = await listActions(parts.store.db, { home, run, limit: Number(limit ?? 200) });
      return rows.map((row) => wireAction(row, zoneOf(row.home_id), parts.clock.now()));
    },
  };
}

/** When nobody said how long: soon enough that a forgotten one does no harm. */
export function usualEnd(mode: ModeName, now: number, zone: string): number {
  switch (mode) {
    case 'pause':
      return now + hourMs;
    case 'guests':
      return nextLocalTime(now, zone, { time: '12:00', daysAhead: 1 });
    case 'away':
      return nextLocalTime(now, zone, { time: '18:00', daysAhead: 1 });
  }
}

function timeOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isFinite(at)) return at;
  throw new TomteError('api.invalid', `${text} is no time as ISO 8601 has it`);
}

export function wireAction(row: KeptAction, zone: string, now: number): ActionRow {
  const outcome = row.outcome as { kind: string; rule?: string; message?: string } | null;
  const conflict = row.conflict as Conflict | null;
  const { domain, action, entities, data } = row.action as Action;
  return {
    ...{ home: row.home_id, key: row.key, askedBy: row.asked_by },
    ...{ domain, action, entities: [...entities], data: { ...data } },
    askedAt: iso(row.asked_at.getTime()),
    attempts: row.attempts,
    endedAt: isoOrNull(row.answered_at?.getTime()),
    outcome: outcome?.kind ?? null,
    rule: outcome?.rule ?? row.rule,
    message: outcome?.message ?? null,
    conflict: conflict && {
      entity: conflict.entity,
      at: iso(conflict.at),
      to: conflict.to,
      text: `${conflict.byUser ? 'changed by somebody else' : 'changed in the home'} ${moment(conflict.at, now, zone)}`,
    },
  };
}
