import { numbered, optionName } from "@flashdeconv/core/internal";
import type { TypeConfusion } from "../../contracts/confusion.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { Parameters } from "../../contracts/parameters.js";
import { judgeTypes } from "./judge-types.js";
import { proposeMerges } from "./propose-merges.js";

/** Pairs and types that a message shows. */
const SHOWN = 5;

/** Names the types that cannot be told apart at these depths, with the merges that would help, and those that are mostly not found. */
export function noteConfusedTypes(confusion: TypeConfusion | undefined, notices: NoticeList): void {
  if (!confusion || confusion.strata.length === 0) return;
  const { typeNames, strata } = confusion;
  const { confused, weak } = judgeTypes(confusion);
  const depth = Math.round(strata[strata.length >> 1].depth);
  if (confused.length > 0) {
    const pairs = confused.map(
      ({ a, b, share }) => `"${typeNames[a]}" and "${typeNames[b]}" (${share.toFixed(2)})`,
    );
    const merges = proposeMerges(confusion);
    notices.add({
      code: "confused-types",
      message: `At this section's depth, ${numbered(depth, "count")} in the middle, these types cannot be told apart: ${shown(pairs, "pair")}. How they divide means little; their sum does. To take them together: ${optionName("mergeTypes", merges)}. Tried on mixtures of the reference's cells, spot by spot: types that the reference lacks, and smoothing, are not in it.`,
    });
  }
  if (weak.length > 0) {
    const names = weak.map((k) => `"${typeNames[k]}"`);
    notices.add({
      code: "weak-types",
      message: `In mixtures of the reference's cells less than a third of these types is found: ${shown(names, "type")}. They have few cells, or others like them: what is said of them is unsure.`,
    });
  }
}

function shown(list: readonly string[], what: string): string {
  const more = list.length - SHOWN;
  return list.slice(0, SHOWN).join(", ") + (more > 0 ? `, and ${numbered(more, `more ${what}`)}` : "");
}

/** The same as results keep it; nothing where it was not tried. */
export function confusionFacts(confusion: TypeConfusion | undefined): Parameters {
  if (!confusion) return {};
  const { typeNames } = confusion;
  const { confused, often, weak, found } = judgeTypes(confusion);
  const pairs = [...confused, ...often].map(({ a, b, share }) => [typeNames[a], typeNames[b], share]);
  return {
    confused_types: JSON.stringify(pairs),
    weak_types: weak.map((k) => typeNames[k]),
    types_found: Float64Array.from(found, (share) => share ?? Number.NaN),
  };
}
