import { prepareDataSet } from "./data-set.mjs";
import { measureEndToEnd } from "./measure-end-to-end.mjs";
import { SIZES } from "./options.mjs";

const TYPES = 20;
const DEPTH = 194;

/**
 * How cost grows with spots, types, depth and workers: one of them changed at a time, around a middle of `size` spots, 20
 * types, 194 counts a spot and all workers.
 */
export async function measureScaling(options) {
  const { spots } = SIZES[options.size];
  const middle = { spots, types: TYPES, depth: DEPTH, workers: options.workers };
  const points = [
    middle,
    ...[spots / 10].map((value) => ({ ...middle, spots: value })),
    ...[8, 60].map((value) => ({ ...middle, types: value })),
    ...[50, 1000].map((value) => ({ ...middle, depth: value })),
    ...(options.workers > 1 ? [{ ...middle, workers: 1 }] : []),
  ];
  const measured = [];
  for (const { workers, ...wanted } of points) {
    console.error(
      `${Object.entries({ ...wanted, workers })
        .map(([name, value]) => `${name} ${value}`)
        .join(", ")}:`,
    );
    const { zarrFormat, compressor } = options;
    const data = prepareDataSet({ ...wanted, zarrFormat, compressor });
    measured.push({ data: data.facts, ...(await measureEndToEnd(data, { ...options, workers })) });
  }
  return measured;
}
