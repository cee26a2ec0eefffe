import { join } from "@flashdeconv/io-zarr/arrays/internal";
import { eachBlock } from "./blocks.js";
import type { Result } from "./result.js";

/** What a number of spots hold together. */
export interface Summary {
  readonly spotCount: number;
  /** Spots with an answer: the means are theirs. */
  readonly answered: number;
  /** Mean share of each type. */
  readonly means: Float64Array;
  /** All counts, and their median over spots; undefined where the result has none. */
  readonly counts: { readonly sum: number; readonly median: number } | undefined;
}

export interface SummaryOptions {
  readonly signal?: AbortSignal;
  /** Told how much is read, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Adds up what spots hold; of each column only the chunks that they lie in are read. @param spots in rising order */
export async function summarise(
  { layout, values }: Result,
  spots: Uint32Array,
  { signal, onProgress }: SummaryOptions = {},
): Promise<Summary> {
  const { key, storedNames, columns } = layout;
  const means = new Float64Array(storedNames.length);
  let answered = 0;
  for (const [type, name] of storedNames.entries()) {
    let [sum, count] = [0, 0];
    await eachOf(values, join("obsm", key, name), { spots, signal }, (value) => {
      if (Number.isNaN(value)) return;
      sum += value;
      count++;
    });
    means[type] = sum / count;
    answered = count;
    onProgress?.((type + 1) / (storedNames.length + 1));
  }
  const hasCounts = columns.some(({ name, kind }) => name === "counts" && kind === "number");
  const all = new Float64Array(hasCounts ? spots.length : 0);
  if (hasCounts) {
    let at = 0;
    await eachOf(values, join("obs", `${key}_counts`), { spots, signal }, (value) => {
      all[at++] = value;
    });
  }
  const sum = all.reduce((a, b) => a + b, 0);
  const median = all.sort()[Math.floor((all.length - 1) / 2)];
  const counts = hasCounts ? { sum, median } : undefined;
  return { spotCount: spots.length, answered, means, counts };
}

async function eachOf(
  values: Result["values"],
  path: string,
  { spots, signal }: { readonly spots: Uint32Array; readonly signal?: AbortSignal },
  visit: (value: number) => void,
): Promise<void> {
  const array = await values.array(path);
  const [length] = array.metadata.chunkShape;
  const blocks: number[] = [];
  for (const spot of spots) {
    const block = Math.floor(spot / length);
    if (blocks[blocks.length - 1] !== block) blocks.push(block);
  }
  let at = 0;
  await eachBlock(
    array,
    (block, start) => {
      for (; at < spots.length && spots[at] < start + block.length; at++) visit(block[spots[at] - start]);
    },
    { signal, blocks },
  );
}
