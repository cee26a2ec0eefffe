import type { AnswerTable, SpotAnswers } from "../../contracts/answers.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { Parameters } from "../../contracts/parameters.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { hierarchyFacts, levelTables } from "./level-tables.js";
import { confusionFacts } from "./note-confused-types.js";

/** What is known of a section's types beside their proportions: which are confused, and the tables of the levels of a hierarchy. */
export function answerLevels(
  { confusion: tried, score }: Pick<SectionSummary, "confusion" | "score">,
  { hierarchy }: Pick<SolveSummaryOptions, "hierarchy">,
  found: { readonly answers: SpotAnswers; readonly typeNames: readonly string[] },
  notices: NoticeList,
): { readonly tables: readonly AnswerTable[]; readonly facts: Parameters } {
  // Of a reference that does not describe the section nothing is claimed.
  const confusion = tried && score?.level === "red" ? { ...tried, strata: [] } : tried;
  const facts = confusionFacts(confusion);
  if (!hierarchy) return { tables: [], facts };
  if (!tried) notices.add(NOT_TRIED);
  const { proportions, counts } = found.answers;
  const dtype = counts instanceof Float32Array ? "float32" : "float64";
  const { typeNames } = found;
  return {
    tables: levelTables({ hierarchy, confusion, typeNames, proportions, counts, dtype }),
    facts: { ...facts, ...hierarchyFacts(hierarchy, confusion) },
  };
}

const NOT_TRIED = {
  code: "levels-not-tried",
  message:
    "Down to which level of the hierarchy spots are resolved is not known: that takes single cells as the reference, or statistics that a run with them kept.",
};
