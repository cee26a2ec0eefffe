import type { Checkpoint } from "./contracts/checkpoint.js";
import type { DeconvolveOptions, SharedChoice } from "./contracts/options.js";
import { choiceIn, withChoice } from "./methods/resolve-options.js";
import { packArrays, unpackArrays } from "./stages/keep/pack-arrays.js";

const PIECE = "choice";

/** The options with what is chosen on several sections together, by this run or the one that it resumes. */
export async function keptChoice(
  options: DeconvolveOptions,
  checkpoint: Checkpoint | undefined,
  choose: () => Promise<DeconvolveOptions>,
): Promise<DeconvolveOptions> {
  const kept = await checkpoint?.load(PIECE);
  if (kept) {
    const { strengths, facts } = kept.facts as SharedChoice;
    return withChoice(options, { strengths, facts: unpackArrays(facts) });
  }
  const settled = await choose();
  const choice = choiceIn(settled);
  if (choice) {
    const facts = { ...choice, facts: packArrays(choice.facts) };
    checkpoint?.offer(PIECE, () => ({ facts, arrays: {} }));
  }
  return settled;
}
