/** Keeps what was read while there is room; what was used least recently goes first. */
export class BoundedCache<T> {
  readonly #most: number;
  readonly #entries = new Map<string, { readonly value: T; readonly bytes: number }>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Keeps at least the last one, however large. */
  set(key: string, value: T, bytes: number): T {
    this.#bytes += bytes - (this.#entries.get(key)?.bytes ?? 0);
    this.#entries.delete(key);
    this.#entries.set(key, { value, bytes });
    for (const [first, entry] of this.#entries) {
      if (this.#bytes <= this.#most || first === key) break;
      this.#entries.delete(first);
      this.#bytes -= entry.bytes;
    }
    return value;
  }
}
