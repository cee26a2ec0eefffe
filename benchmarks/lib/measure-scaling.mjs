import { prepareDataSet } from "./data-set.mjs";
import { measureEndToEnd } from "./measure-end-to-end.mjs";
import { SIZES, TYPES } from "./options.mjs";

/**
 * How cost grows with spots, types, depth and workers: one of them changed at a time, around a middle of `size` spots, 20
 * types and as many workers as asked for.
 */
export async function measureScaling(options) {
  const middle = { ...SIZES[options.size], types: TYPES, workers: options.workers };
  const points = [
    middle,
    { ...middle, spots: middle.spots / 10 },
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
  return { points: measured, same_bits_for_any_workers: agree(measured) };
}

/** Whether points that differ in workers only have the same proportions, to the bit. */
function agree(points) {
  const proportions = new Map();
  return points.every(({ data, rounds: [{ run }] }) => {
    const key = JSON.stringify(data);
    const known = proportions.get(key) ?? run.proportions;
    proportions.set(key, known);
    return known === run.proportions;
  });
}
