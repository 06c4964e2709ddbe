/**
 * A bounded hand-off: whoever reads the socket pushes and goes on; one consumer drains at its own pace.
 * When full, the oldest goes and is counted, so that a slow consumer costs news, never memory.
 */
export class BoundedQueue<T> {
  readonly capacity: number;
  #items: T[] = [];
  #head = 0;
  #wake: (() => void) | null = null;
  #closed = false;
  #dropped = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }
  get dropped(): number {
    return this.#dropped;
  }

  push(item: T): void {
    if (this.#closed) return;
    if (this.size >= this.capacity) {
      this.#head++;
      this.#dropped++;
    }
    this.#items.push(item);
    // Compact now and then instead of shifting at each take: shift() is O(n).
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#wake?.();
  }

  /** Everything that waits, oldest first, at most `max`; empty when nothing does. */
  take(max: number): T[] {
    const out = this.#items.slice(this.#head, this.#head + max);
    this.#head += out.length;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    }
    return out;
  }

  /** Batches until closed; one consumer only. */
  async *batches(max: number): AsyncGenerator<T[]> {
    for (;;) {
      const batch = this.take(max);
      if (batch.length > 0) yield batch;
      else if (this.#closed) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = () => {
            this.#wake = null;
            resolve();
          };
        });
    }
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }
}
