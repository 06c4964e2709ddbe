/** Ways a line can fail while the home itself goes on. */
import type { Connection } from './connection.ts';

export interface Cut {
  /**
   * `reset`: the connection is torn down. `half-open`: it stays, and nothing ever comes through again.
   * `silence`: a stalled line; what waited comes in order after `ms`.
   */
  readonly kind: 'reset' | 'half-open' | 'silence';
  /** How long a silence lasts; 20 s by default. */
  readonly ms?: number;
}

export function cutAll(connections: Iterable<Connection>, cut: Cut): void {
  for (const connection of [...connections]) {
    switch (cut.kind) {
      case 'reset':
        connection.reset();
        break;
      case 'half-open':
        connection.freeze();
        break;
      case 'silence':
        connection.stall(cut.ms ?? 20_000);
        break;
    }
  }
}
