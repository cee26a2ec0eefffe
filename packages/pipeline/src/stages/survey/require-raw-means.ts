import { CountError, type ReferenceSignature } from "@flashdeconv/core";
import { bulkMisfit } from "@flashdeconv/solver-weighted";
import type { NoticeList } from "../../contracts/notices.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import type { Evidence } from "./gather-evidence.js";

/** Raised to this power logged means come nearer to the section's totals, raw ones go away from them: see docs/accuracy.md. */
const POWER = 1.5;
/** Of raw means the misfit at least doubled on every section tried, of logged ones it mostly fell. */
const DOUBTFUL = 1.8;
/** log2(1 + 1e6) is 19.93: no logarithm of counts per million is above. */
const MOST_LOGGED = 20;
/** Few genes fit the totals by chance. */
const FEWEST_GENES = 20;

/**
 * Refuses a table of means that were logged. Means need not be whole, so single values say nothing, and shallow cells have small means, too; but
 * a logarithm squeezes what is expressed most. So the section is asked: whether its totals are a mix of the types, or rather of
 * the types raised to a power. That is the same for means, shares, percents or counts per million.
 *
 * @throws CountError where logged means fit better, unless such values are allowed.
 */
export function requireRawMeans(
  { moments, genes, signature }: Evidence,
  { allowNonCounts }: Pick<DeconvolveOptions, "allowNonCounts">,
  notices: NoticeList,
): void {
  const { typeNames, geneNames } = signature;
  const values = pickGenes(signature, genes);
  const greatest = values.reduce((most, value) => Math.max(most, value), 0);
  if (greatest === 1 && values.every((value) => value === 0 || value === 1)) {
    notices.add({
      code: "boolean-reference",
      message:
        "All means of the reference are 0 or 1: whether a gene is expressed, not how much. Give mean raw counts.",
    });
  }
  if (genes.length < FEWEST_GENES || values.every(Number.isInteger)) return;
  const bulk = Float64Array.from(genes, (gene) => moments.rawTotal[gene]);
  const misfit = bulkMisfit(values, typeNames.length, bulk);
  const raised = bulkMisfit(
    values.map((value) => value ** POWER),
    typeNames.length,
    bulk,
  );
  if (misfit === 0 || raised >= DOUBTFUL * misfit) return;
  const at = values.indexOf(greatest);
  const remedy =
    "Give means of raw counts per type (also as shares or counts per million), not of logged values.";
  if (raised >= misfit || allowNonCounts) {
    if (greatest > MOST_LOGGED) return;
    notices.add({
      code: "reference-may-be-logged",
      message: `The means of the reference may be logged: the greatest is ${greatest}, and raised to a power they fit the section's totals as well. ${remedy}`,
    });
    return;
  }
  const [type, gene] = [typeNames[Math.floor(at / genes.length)], geneNames[genes[at % genes.length]]];
  throw new CountError({
    subject: "reference",
    found: `means that look logged (the greatest is ${greatest}; raised to the power of ${POWER} they fit the section's totals better than as they are)`,
    expected: "means of raw counts",
    remedy: `${remedy} If they are what you mean to use, allow them with --allow-non-counts.`,
    spot: type,
    gene,
    value: greatest,
  });
}

function pickGenes({ typeNames, geneNames, values }: ReferenceSignature, genes: Int32Array): Float64Array {
  const picked = new Float64Array(typeNames.length * genes.length);
  for (let k = 0; k < typeNames.length; k++) {
    for (let i = 0; i < genes.length; i++)
      picked[k * genes.length + i] = values[k * geneNames.length + genes[i]];
  }
  return picked;
}
