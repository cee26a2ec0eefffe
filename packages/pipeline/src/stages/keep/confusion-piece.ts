import type { Checkpoint } from "../../contracts/checkpoint.js";
import type { TypeConfusion } from "../../contracts/confusion.js";
import { confusionFacts, packConfusion, unpackConfusion } from "./confusion-arrays.js";
import type { Facts } from "./summary-facts.js";

const PIECE = "confusion";

/** Whether the run that is resumed has tried the types of its reference. */
export async function isTried(checkpoint: Checkpoint | undefined): Promise<boolean> {
  return (await checkpoint?.load(PIECE)) !== undefined;
}

/** What trying them gave, by the run that is resumed, or now. */
export async function keptConfusion(
  checkpoint: Checkpoint | undefined,
  measure: () => Promise<TypeConfusion>,
): Promise<TypeConfusion> {
  const kept = await checkpoint?.load(PIECE);
  if (kept) {
    const facts = kept.facts as NonNullable<Facts["confusion"]>;
    return unpackConfusion(facts, kept.arrays.products as Float64Array);
  }
  const confusion = await measure();
  checkpoint?.offer(PIECE, () => ({
    facts: confusionFacts(confusion),
    arrays: { products: packConfusion(confusion) },
  }));
  return confusion;
}
