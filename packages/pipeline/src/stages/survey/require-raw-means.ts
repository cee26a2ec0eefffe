import { CountError, type ReferenceSignature } from "@flashdeconv/core";
import { bulkMisfit } from "@flashdeconv/solver-weighted";
import type { CellValues } from "../../contracts/inputs.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import type { Evidence } from "./gather-evidence.js";

/** Raised to this power logged means come nearer to the section's totals, raw ones go away from them: see docs/accuracy.md. */
const POWER = 1.5;
/** Of raw means the misfit at least doubled on every section tried, of logged ones it mostly fell. */
const DOUBTFUL = 1.8;
/** log2(1 + 1e6) is 19.93: no logarithm of counts per million is above. */
const MOST_LOGGED = 20;
/**
 * Of whole numbers: rounding takes small means away, and what is left is as far either way. Of rounded raw means the misfit never fell
 * below 0.95 of what it was; of rounded logged ones it fell to 0.37 to 0.93 on all sections but one.
 */
const WHOLE_LOGGED = 0.9;
/** Few genes fit the totals by chance. */
const FEWEST_GENES = 20;
const REMEDY =
  "Give means of raw counts per type (also as shares or counts per million), not of logged values.";

/**
 * Refuses a table of means that were logged. Means need not be whole, so single values say nothing, and shallow cells have small means, too; but
 * a logarithm squeezes what is expressed most. So the section is asked: whether its totals are a mix of the types, or rather of
 * the types raised to a power. That is the same for means, shares, percents or counts per million.
 *
 * @returns whether they look logged, and were allowed
 * @throws CountError where logged means fit better, unless such values are allowed.
 */
export function requireRawMeans(
  { moments, genes, signature }: Evidence,
  { allowNonCounts }: Pick<DeconvolveOptions, "allowNonCounts">,
  notices: NoticeList,
): boolean {
  const { typeNames, geneNames } = signature;
  const values = pickGenes(signature, genes);
  const greatest = values.reduce((most, value) => Math.max(most, value), 0);
  if (greatest === 1 && values.every((value) => value === 0 || value === 1)) {
    notices.add({
      code: "boolean-reference",
      message:
        "All means of the reference are 0 or 1: whether a gene is expressed, not how much. Give mean raw counts.",
    });
    return false;
  }
  const isWhole = values.every(Number.isInteger);
  if (isWhole && greatest > MOST_LOGGED) return false;
  const gain = gainOfPower({ moments, genes, signature });
  if (gain >= DOUBTFUL) return false;
  const at = values.indexOf(greatest);
  const areLogged = gain < (isWhole ? WHOLE_LOGGED : 1);
  if (!areLogged || allowNonCounts) {
    if (greatest > MOST_LOGGED) return areLogged;
    notices.add({
      code: "reference-may-be-logged",
      message: `The means of the reference may be logged: ${isWhole ? "they are whole numbers, " : ""}the greatest is ${greatest}, and raised to a power they fit the section's totals as well. ${REMEDY}${isWhole ? " Do not round them." : ""}`,
    });
    return areLogged;
  }
  const [type, gene] = [typeNames[Math.floor(at / genes.length)], geneNames[genes[at % genes.length]]];
  throw new CountError({
    subject: "reference",
    found: `means that look logged (the greatest is ${greatest}; raised to the power of ${POWER} they fit the section's totals better than as they are)`,
    expected: "means of raw counts",
    remedy: `${REMEDY} If they are what you mean to use, allow them with --allow-non-counts.`,
    spot: type,
    gene,
    value: greatest,
  });
}

/** Tells where single cells may hold logged values that were rounded: whole numbers as small as that pass as counts. */
export function noteRoundedLogs(
  evidence: Pick<Evidence, "moments" | "genes" | "signature">,
  { isWhole, max }: CellValues,
  notices: NoticeList,
): void {
  if (!isWhole || max <= 1 || max > MOST_LOGGED || gainOfPower(evidence) >= 1) return;
  notices.add({
    code: "reference-may-be-logged",
    message: `The values of the reference may be logged and rounded: the greatest is ${max}, and raised to a power their means fit the section's totals better. Choose the layer that holds raw counts (--reference-layer).`,
  });
}

/** How the misfit of the means to the section's totals changes by the power, as a factor; infinite where that says nothing. */
function gainOfPower({
  moments,
  genes,
  signature,
}: Pick<Evidence, "moments" | "genes" | "signature">): number {
  if (genes.length < FEWEST_GENES) return Number.POSITIVE_INFINITY;
  const values = pickGenes(signature, genes);
  const typeCount = signature.typeNames.length;
  const bulk = Float64Array.from(genes, (gene) => moments.rawTotal[gene]);
  const misfit = bulkMisfit(values, typeCount, bulk);
  const raised = bulkMisfit(
    values.map((value) => value ** POWER),
    typeCount,
    bulk,
  );
  return misfit === 0 ? Number.POSITIVE_INFINITY : raised / misfit;
}

function pickGenes({ typeNames, geneNames, values }: ReferenceSignature, genes: Int32Array): Float64Array {
  const picked = new Float64Array(typeNames.length * genes.length);
  for (let k = 0; k < typeNames.length; k++) {
    for (let i = 0; i < genes.length; i++)
      picked[k * genes.length + i] = values[k * geneNames.length + genes[i]];
  }
  return picked;
}
