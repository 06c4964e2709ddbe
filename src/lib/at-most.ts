/** Runs work side by side, never more than `max` at once; the rest waits its turn in order. */
export function atMost(max: number): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let free = max;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      // Its place goes to the next in line, or is free.
      const next = queue.shift();
      if (next) next();
      else free++;
    }
  };
}
