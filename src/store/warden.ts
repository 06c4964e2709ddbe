import { type ChildProcess, spawn } from 'node:child_process';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, spawnAs } from './account.ts';

/**
 * Ends the server some time after we died without a word (kill -9, out of memory): its input is a
 * pipe of ours, which the system closes with us. The pause lets the next start take the running
 * server over, which it says by writing its own name into the owner file.
 */
const script = `
while read -r _; do :; done
sleep "$2"
[ "$(cat "$3" 2>/dev/null)" = "$4" ] || exit 0
[ "$(head -n 1 "$5" 2>/dev/null)" = "$1" ] && kill -INT "$1"
`;

export interface Warden {
  /** The server was stopped in order; nothing is left to watch. */
  dismiss(): Promise<void>;
}

export async function postWarden(o: {
  pid: number;
  cluster: string;
  socketDir: string;
  account: Account;
  /** Names this owner; different at every start. */
  owner: string;
  graceSeconds: number;
}): Promise<Warden> {
  const ownerFile = join(o.socketDir, 'owner');
  await writeFile(ownerFile, o.owner, { mode: 0o600 });
  if (o.account.other) await chown(ownerFile, o.account.uid, o.account.gid);
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', script, 'tomte-warden', String(o.pid), String(o.graceSeconds)],
      ...[ownerFile, o.owner, join(o.cluster, 'postmaster.pid')],
    ],
    {
      ...spawnAs(o.account),
      cwd: '/',
      // Own group: Ctrl-C in the terminal ends us first, and we end the server in order.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    },
  );
  child.on('error', () => child.stdin?.destroy());
  letGo(child);
  return {
    async dismiss() {
      child.kill('SIGKILL');
      child.stdin?.destroy();
      // Another start may have taken over meanwhile; then the file is its.
      const name = await readFile(ownerFile, 'utf8').catch(() => null);
      if (name === o.owner) await rm(ownerFile, { force: true });
    },
  };
}

/** The child shall not keep the program alive. */
export function letGo(child: ChildProcess): void {
  child.unref();
  (child.stdin as { unref?: () => void } | null)?.unref?.();
}
