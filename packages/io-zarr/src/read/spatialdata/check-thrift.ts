import { numbered } from "@flashdeconv/core/internal";

/** Structures of Parquet lie 5 deep; deeper ones are damage, which would fill the stack. */
const MOST_DEPTH = 16;
/** Fields and items: each becomes an object or a part of one. A footer of a thousand row groups has some hundred thousand. */
const MOST_VALUES = 2 ** 21;

/**
 * Walks over a structure in Thrift's compact protocol, with every count held against the bytes there are: hyparquet believes
 * counts, and grows numbers for as long as bytes say that they continue.
 *
 * @returns where the structure ends
 * @throws Error saying what is wrong
 */
export function checkThrift(bytes: Uint8Array, start: number): number {
  return new Walk(bytes, start).struct(0);
}

class Walk {
  readonly #bytes: Uint8Array;
  #at: number;
  #valueCount = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  struct(depth: number): number {
    if (depth > MOST_DEPTH) throw new Error(`structures more than ${MOST_DEPTH} deep`);
    for (;;) {
      const head = this.#byte();
      const type = head & 15;
      if (type === 0) return this.#at;
      if (head >> 4 === 0) this.#varint();
      // The type of a field that is true or false is its value.
      if (type > 2) this.#value(type, depth);
    }
  }

  #value(type: number, depth: number): void {
    if (++this.#valueCount > MOST_VALUES) throw new Error(`more than ${MOST_VALUES} fields`);
    if (type <= 3) this.#skip(1);
    else if (type <= 6) this.#varint();
    else if (type === 7) this.#skip(8);
    else if (type === 8) this.#skip(this.#varint());
    else if (type === 9) this.#list(depth);
    else if (type === 12) this.struct(depth + 1);
    else throw new Error(`a field of the unknown type ${type}`);
  }

  #list(depth: number): void {
    if (depth > MOST_DEPTH) throw new Error(`lists more than ${MOST_DEPTH} deep`);
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#varint() : head >> 4;
    const left = this.#bytes.length - this.#at;
    // Each item takes a byte at least.
    if (count > left) throw new Error(`a list of ${numbered(count, "item")} in ${numbered(left, "byte")}`);
    for (let i = 0; i < count; i++) this.#value(head & 15, depth + 1);
  }

  #skip(length: number): void {
    const left = this.#bytes.length - this.#at;
    if (length > left) throw new Error(`a field of ${numbered(length, "byte")} where ${left} are left`);
    this.#at += length;
  }

  #byte(): number {
    this.#skip(1);
    return this.#bytes[this.#at - 1];
  }

  /** At most 10 bytes, which is 64 bits. */
  #varint(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Error("a number of more than 64 bits");
  }
}
