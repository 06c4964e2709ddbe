/** The browser's clock: the only place of the web app that reads it. Ages follow `clock.now`. */
const tickMs = 5_000;

export const clock = $state({ now: Date.now() });

/** Moves `clock.now` while the page is looked at. Answers how to stop it. */
export function startClock(): () => void {
  const tick = () => {
    if (!document.hidden) clock.now = Date.now();
  };
  const timer = setInterval(tick, tickMs);
  document.addEventListener('visibilitychange', tick);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}

/** Calls `work` every `periodMs` while the page is looked at. Answers how to stop it. */
export function every(periodMs: number, work: () => void): () => void {
  const timer = setInterval(() => {
    if (!document.hidden) work();
  }, periodMs);
  return () => clearInterval(timer);
}

/** Calls `work` once after `delayMs` of quiet: later calls start the wait anew. */
export function settled(delayMs: number, work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, delayMs);
  };
}
