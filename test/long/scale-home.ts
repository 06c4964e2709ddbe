/** A big simulated home in a process of its own: prints its address and token, then changes until killed. */
import { openSim } from '../../src/sim/sim.ts';

const [entities, perSecond] = process.argv.slice(2).map(Number);
const sim = await openSim({ living: false, days: 1, entities: entities! });
console.log(JSON.stringify({ url: sim.url, token: sim.tokens.resident }));
process.stdin.once('data', () => sim.changes({ perSecond: perSecond! }));
