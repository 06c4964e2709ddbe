/**
 * What Tomte costs when nothing happens but a home being a home: 200 sensors that report on their own
 * schedule, one workflow on. Measures memory of Node and PostgreSQL (PSS), CPU, megabytes written by both
 * in an hour's worth and the growth of the database. Usage: node bin/tomte.js --node bench/idle.ts [minutes]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '@tomte/sdk/client';
import pg from 'pg';
import { systemClock as clock } from '../src/lib/clock.ts';
import { openSim } from '../src/sim/sim.ts';
import { databasePid, startService } from '../test/crash/harness.ts';
import { keepResult } from './result.ts';

const minutes = Number(process.argv[2] ?? 10);
const warmUpMs = 60_000;
/** 200 sensors of a usual home: a change every 60 s each, 3.3 a second in all. */
const sensors = 200;
const perSecond = sensors / 60;

interface Cost {
  /** Proportional set size, MB. */
  readonly memoryMb: number;
  /** Bytes handed to the disk since the start of the process. */
  readonly writtenBytes: number;
  readonly cpuSeconds: number;
}

async function costOf(pid: number): Promise<Cost> {
  const [rollup, io, stat] = await Promise.all(
    ['smaps_rollup', 'io', 'stat'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  const fields = stat!.slice(stat!.lastIndexOf(')') + 2).split(' ');
  return {
    memoryMb: Number(/^Pss:\s+(\d+)/m.exec(rollup!)?.[1]) / 1024,
    writtenBytes: Number(/^write_bytes: (\d+)/m.exec(io!)?.[1]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
  };
}

/** A process and all its children. */
async function familyOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const own = children.split(' ').filter(Boolean).map(Number);
  return [pid, ...(await Promise.all(own.map(familyOf))).flat()];
}

/** What the database counts itself: its helpers come and go, and take their /proc counters along. */
async function databaseCounts(pool: pg.Pool): Promise<{ writtenBytes: number; sizeBytes: number }> {
  await pool.query('checkpoint');
  const { rows } = await pool.query<{ written: string; size: string }>(
    'select (select sum(write_bytes) from pg_stat_io) as written, pg_database_size(current_database()) as size',
  );
  return { writtenBytes: Number(rows[0]?.written), sizeBytes: Number(rows[0]?.size) };
}

async function memoryOfFamily(pid: number): Promise<number> {
  const all = await Promise.all((await familyOf(pid)).map(costOf));
  return all.reduce((sum, cost) => sum + cost.memoryMb, 0);
}

const dataDir = await mkdtemp('/var/tmp/tomte-idle-');
await promisify(execFile)('chmod', ['755', dataDir]);
const sim = await openSim({ days: 60, entities: sensors });
const service = await startService({ dataDir });
const tomte = connect({ base: `${service.url}api/`, credential: service.credential });
const linked = await tomte.linkHome({ address: sim.url, token: sim.tokens.admin });
if (!linked.ok) throw new Error(linked.error.message);
const home = linked.home.id;
await tomte.setWorkflow({ home, name: 'water-watch', mode: 'on' });
const stop = sim.changes({ perSecond });
while ((await tomte.firstLook({ home })).state === 'running') await clock.sleep(500);
await clock.sleep(warmUpMs);

const database = await databasePid(dataDir);
const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
const pool = new pg.Pool({
  host: pidFile.split('\n')[4]!,
  user: 'tomte',
  database: 'postgres',
  max: 1,
});
const before = { node: await costOf(service.pid), database: await databaseCounts(pool) };
await clock.sleep(minutes * 60_000);
const after = { node: await costOf(service.pid), database: await databaseCounts(pool) };
const postgresMb = await memoryOfFamily(database);
await pool.end();
stop();
await service.stop();
await sim.close();
await rm(dataDir, { recursive: true, force: true });

const anHour = 60 / minutes;
const mb = (bytes: number) => bytes / 1024 / 1024;
const rounded = (value: number) => Number(value.toFixed(1));
const result = {
  minutes,
  sensors,
  changesPerSecond: Number(perSecond.toFixed(2)),
  memoryMb: { node: rounded(after.node.memoryMb), postgres: rounded(postgresMb) },
  writtenMbAnHour: {
    node: rounded(mb(after.node.writtenBytes - before.node.writtenBytes) * anHour),
    postgres: rounded(mb(after.database.writtenBytes - before.database.writtenBytes) * anHour),
  },
  nodeCpuPercent: rounded(
    ((after.node.cpuSeconds - before.node.cpuSeconds) / (minutes * 60)) * 100,
  ),
  databaseMb: rounded(mb(after.database.sizeBytes)),
  databaseGrowthMbADay: rounded(
    mb(after.database.sizeBytes - before.database.sizeBytes) * anHour * 24,
  ),
};
await keepResult('idle', result);
