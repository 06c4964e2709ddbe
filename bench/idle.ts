/**
 * What Tomte costs when nothing happens but a home being a home: 200 sensors that report on their own
 * schedule, one workflow on. Measures memory of Node and PostgreSQL (PSS), CPU, megabytes written by both
 * in an hour's worth and the growth of the data folder. Usage: node bin/tomte.js --node bench/idle.ts [minutes]
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from '@tomte/sdk/client';
import { systemClock as clock, iso } from '../src/lib/clock.ts';
import { openSim } from '../src/sim/sim.ts';
import { databasePid, startService } from '../test/crash/harness.ts';

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

async function familyCost(pid: number): Promise<Cost> {
  const all = await Promise.all((await familyOf(pid)).map(costOf));
  const sum = (key: keyof Cost) => all.reduce((total, cost) => total + cost[key], 0);
  return {
    memoryMb: sum('memoryMb'),
    writtenBytes: sum('writtenBytes'),
    cpuSeconds: sum('cpuSeconds'),
  };
}

async function folderMb(folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)('du', ['-sk', folder]);
  return Number(stdout.split('\t')[0]) / 1024;
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
const before = {
  node: await costOf(service.pid),
  postgres: await familyCost(database),
  folder: await folderMb(dataDir),
};
await clock.sleep(minutes * 60_000);
const after = {
  node: await costOf(service.pid),
  postgres: await familyCost(database),
  folder: await folderMb(dataDir),
};
stop();
await service.stop();
await sim.close();
await rm(dataDir, { recursive: true, force: true });

const anHour = 60 / minutes;
const mb = (bytes: number) => Number((bytes / 1024 / 1024).toFixed(2));
const result = {
  date: iso(clock.now()),
  machine: {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  },
  minutes,
  sensors,
  changesPerSecond: Number(perSecond.toFixed(2)),
  memoryMb: {
    node: Number(after.node.memoryMb.toFixed(1)),
    postgres: Number(after.postgres.memoryMb.toFixed(1)),
  },
  writtenMbAnHour: {
    node: Number((mb(after.node.writtenBytes - before.node.writtenBytes) * anHour).toFixed(2)),
    postgres: Number(
      (mb(after.postgres.writtenBytes - before.postgres.writtenBytes) * anHour).toFixed(2),
    ),
  },
  cpuPercent: {
    node: Number(
      (((after.node.cpuSeconds - before.node.cpuSeconds) / (minutes * 60)) * 100).toFixed(2),
    ),
    postgres: Number(
      (((after.postgres.cpuSeconds - before.postgres.cpuSeconds) / (minutes * 60)) * 100).toFixed(
        2,
      ),
    ),
  },
  dataFolder: {
    mb: Number(after.folder.toFixed(1)),
    growthMbADay: Number(((after.folder - before.folder) * anHour * 24).toFixed(1)),
  },
};
await mkdir(join(import.meta.dirname, 'results'), { recursive: true });
await writeFile(
  join(import.meta.dirname, 'results/idle.json'),
  `${JSON.stringify(result, null, 2)}\n`,
);
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
