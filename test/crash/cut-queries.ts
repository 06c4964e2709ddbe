/** Ends this process with no warning at one of its queries. */
import pg from 'pg';

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

export interface Cut {
  /** Dies at this query of those that count; 0 never. */
  readonly killAt: number;
  readonly kill: 'before' | 'after';
}

/** Queries count while `counting` is true. */
export function cutQueries(o: Cut): { counting: boolean } {
  const state = { counting: false };
  let queries = 0;
  const cut = () => process.kill(process.pid, 'SIGKILL');
  const query = pg.Client.prototype.query as unknown as Query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    // The story's own looks at the journal are not places of the room.
    const ours = !JSON.stringify(args[0] ?? '').includes('as settled');
    const mine = state.counting && ours && ++queries === o.killAt;
    if (mine && o.kill === 'before') cut();
    const answer = query.apply(this, args);
    if (mine && answer instanceof Promise) void answer.finally(cut);
    return answer;
  } as typeof pg.Client.prototype.query;
  return state;
}
