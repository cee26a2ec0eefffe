import { isFlashdeconvError } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { unshuffleAll } from "../src/filters/shuffle.js";
import { hdf5Store } from "../src/index.js";
import { bytesReader, fixture } from "./h5-tools.js";

const FILES = [
  "section-gzip.h5ad",
  "types-latest.h5",
  "types-earliest.h5",
  "indexes-latest.h5",
  "indexes-earliest.h5",
];
/** Damaged copies of each file; `FUZZ_H5=2000` tries as many. */
const COPIES = Number(process.env.FUZZ_H5 ?? 40);
/** Bytes that may be read of a file of so many, all paths together: a loop reads on without an end. */
const MOST_READ = 2 ** 28;

describe("a damaged file", () => {
  it.each(FILES)("%s gives values or says what is wrong", async (name) => {
    const reader = await fixture(name);
    const whole = await reader.read(0, await reader.getLength());
    const random = randomFrom(FILES.indexOf(name) + 1);
    const ends = { refused: 0, read: 0 };
    for (let copy = 0; copy < COPIES; copy++) {
      const bytes = whole.slice();
      const flips = 1 + Math.floor(random() * 4);
      for (let i = 0; i < flips; i++) {
        const at = Math.floor(random() * bytes.length);
        bytes[at] = random() < 0.3 ? 255 : bytes[at] ^ (1 << Math.floor(random() * 8));
      }
      ends[await outcome(bytes)]++;
    }
    expect(ends.refused + ends.read).toBe(COPIES);
  });

  it("that ends early is refused at once", async () => {
    const reader = await fixture("section-gzip.h5ad");
    const whole = await reader.read(0, await reader.getLength());
    for (let length = 0; length < whole.length; length += 1013) {
      await expect(hdf5Store(bytesReader(whole.slice(0, length)))).rejects.toThrow(
        /signature|empty|cut short|early/,
      );
    }
  });

  it("that claims items longer than its chunks ends soon", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5);
    expect(unshuffleAll(bytes, 4278190084)).toEqual(bytes);
    expect(unshuffleAll(Uint8Array.of(1, 3, 2, 4, 5), 2)).toEqual(bytes);
  });

  it("that was not closed is refused", async () => {
    const reader = await fixture("indexes-latest.h5");
    const bytes = await reader.read(0, await reader.getLength());
    bytes[11] |= 1;
    await expect(hdf5Store(bytesReader(bytes))).rejects.toThrow("open for writing");
  });
});

/** Reads all of a file. Anything but a tagged error, or a flood of reads, fails. */
async function outcome(bytes: Uint8Array): Promise<"refused" | "read"> {
  const inner = bytesReader(bytes);
  let total = 0;
  const reader = {
    getLength: inner.getLength,
    read: (offset: number, length: number) => {
      total += length;
      if (total > MOST_READ) throw new Error("too much was read");
      return inner.read(offset, length);
    },
  };
  let end: "refused" | "read" = "read";
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const tag = isFlashdeconvError(error) ? error.tag : "";
      if (tag !== "FormatError" || total > MOST_READ) throw error;
      end = "refused";
      return undefined;
    }
  };
  const store = await attempt(() => hdf5Store(reader, { mostBytes: 2 ** 26 }));
  if (!store) return end;
  const waiting: `/${string}`[] = ["/"];
  for (let i = 0; i < waiting.length && i < 300; i++) {
    const path = waiting[i];
    const key = (last: string) => `${path === "/" ? "" : path}/${last}` as const;
    await attempt(() => store.get(key(".zattrs")));
    await attempt(() => store.get(key(".zgroup")));
    const document = await attempt(() => store.get(key(".zarray")));
    const shape = document && (JSON.parse(new TextDecoder().decode(document)).shape as number[]);
    if (shape) await attempt(() => store.get(key(shape.map(() => 0).join(".") || "0")));
    for (const name of (await attempt(() => store.list(path))) ?? []) {
      if (path.split("/").length < 6) waiting.push(key(name));
    }
  }
  return end;
}

/** Numbers from 0 to 1, the same for the same seed (xorshift32). */
function randomFrom(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
