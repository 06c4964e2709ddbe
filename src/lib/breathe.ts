/** Lets everything that waits have its turn. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Lets everything that waits have its turn between two pieces of a long computation, but not more often than
 * each `budgetMs`: a turn costs too.
 */
export function breather(budgetMs = 8): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < budgetMs) return;
    return turn().then(() => {
      since = performance.now();
    });
  };
}
