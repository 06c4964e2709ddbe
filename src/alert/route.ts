/** Which channels a turn goes to. Pure. */
import type { Severity } from '@tomte/sdk/home';
import type { Turn } from './turn.ts';

export interface Listener {
  readonly id: string;
  /** Null hears every home. */
  readonly home: string | null;
  readonly enabled: boolean;
  readonly severities: readonly string[];
  /** True when its messages cannot be replaced. */
  readonly appends: boolean;
  /** True when this alert was told there, or is on its way. */
  readonly told: boolean;
}

/**
 * News goes to whoever wants that severity; what is no news only replaces a message that is there.
 * `over` always follows the message it ends, also into a mailbox.
 */
export function route(
  turn: Turn,
  o: { home: string; severity: Severity; listeners: readonly Listener[] },
): string[] {
  return o.listeners
    .filter(({ enabled, home }) => enabled && (home === null || home === o.home))
    .filter((listener) => {
      if (turn.kind === 'over') return listener.told;
      if (turn.silent) return listener.told && !listener.appends;
      return listener.told || listener.severities.includes(o.severity);
    })
    .map(({ id }) => id);
}
