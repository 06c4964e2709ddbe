/** The lantern's flame from what is open. Pure. */
import type { Alert } from '@tomte/sdk/types';

export function flameOf(alerts: readonly Alert[] | null): 'none' | 'low' | 'high' {
  const open = (alerts ?? []).filter((alert) => alert.state === 'open');
  if (open.some((alert) => alert.severity === 'now')) return 'high';
  return open.some((alert) => alert.severity === 'today') ? 'low' : 'none';
}
