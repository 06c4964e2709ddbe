/** Home Assistant's ban rule: the n-th failure of an address, over HTTP or WebSocket, shuts it out entirely. */
export class Bans {
  readonly #after: number;
  readonly #failures = new Map<string, number>();
  readonly #banned = new Set<string>();

  /** `after` below 1 bans nobody, as Home Assistant does by default. */
  constructor(after: number) {
    this.#after = after;
  }

  has(address: string): boolean {
    return this.#banned.has(address);
  }
  failures(address: string): number {
    return this.#failures.get(address) ?? 0;
  }
  fail(address: string): void {
    const n = this.failures(address) + 1;
    this.#failures.set(address, n);
    if (this.#after > 0 && n >= this.#after) this.#banned.add(address);
  }
  /** A WebSocket login that went well clears the count; a REST call does not. */
  succeed(address: string): void {
    this.#failures.delete(address);
  }
  lift(): void {
    this.#banned.clear();
    this.#failures.clear();
  }
}
