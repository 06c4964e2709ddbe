/**
 * Lets everything that waits have its turn between two pieces of a long computation, but not more often than
 * each `budgetMs`: a turn costs too.
 */
export function breather(budgetMs = 8): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < budgetMs) return;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}
