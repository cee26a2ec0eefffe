import { buildCountModel, correctPlatform, expressionProfiles } from "@flashdeconv/solver-weighted";
import { type AlikeTypes, alikeTypes } from "./alike-types.js";
import type { TypeMeans } from "./judge-means.js";

/**
 * Which types a run would name as alike, before there is one: as the method `weighted` weighs genes, but for overdispersion, which only
 * a run estimates.
 */
export function alikeMeans({ typeCount, values, sectionTotals }: TypeMeans): AlikeTypes {
  if (typeCount === 0 || sectionTotals.length === 0) return { undetermined: [], mixed: [], similar: [] };
  const profiles = correctPlatform(expressionProfiles(values, typeCount), typeCount, sectionTotals);
  const { gram } = buildCountModel(profiles, sectionTotals, { meanDepth: 0, overdispersion: 0 });
  return alikeTypes(gram, typeCount);
}
