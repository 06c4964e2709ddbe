/**
 * The process that held the workflow is gone: out of memory, silent, or ended. What it was doing goes
 * on from the journal in another, unless it happens again and again.
 */
export class ProcessLost extends Error {
  override readonly name = 'ProcessLost';
}

export const isLost = (error: unknown): error is ProcessLost => error instanceof ProcessLost;
