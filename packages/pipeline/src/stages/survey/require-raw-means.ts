import { CountError } from "@flashdeconv/core";
import { freeArray, optionName } from "@flashdeconv/core/internal";
import type { CellValues } from "../../contracts/inputs.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import type { Evidence } from "./gather-evidence.js";
import { judgeMeans, MOST_LOGGED, mayBeRoundedLogs, POWER, type TypeMeans } from "./judge-means.js";

type OfMeans = Pick<Evidence, "moments" | "genes" | "signature">;

const REMEDY =
  "Give means of raw counts per type (also as shares or counts per million), not of logged values.";

/**
 * Refuses a table of means that were logged.
 *
 * @returns whether they look logged, and were allowed
 * @throws CountError where logged means fit better, unless such values are allowed.
 */
export function requireRawMeans(
  evidence: OfMeans,
  { allowNonCounts }: Pick<DeconvolveOptions, "allowNonCounts">,
  notices: NoticeList,
): boolean {
  const { genes, signature } = evidence;
  const { verdict, isWhole, greatest, greatestAt } = judgeMeans(meansOf(evidence));
  if (verdict === "raw") return false;
  if (verdict === "all 0 or 1") {
    notices.add({
      code: "boolean-reference",
      message:
        "All means of the reference are 0 or 1: whether a gene is expressed, not how much. Give mean raw counts.",
    });
    return false;
  }
  const areLogged = verdict === "logged";
  if (!areLogged || allowNonCounts) {
    if (greatest > MOST_LOGGED) return areLogged;
    notices.add({
      code: "reference-may-be-logged",
      message: `The means of the reference may be logged: ${isWhole ? "they are whole numbers, " : ""}the greatest is ${greatest}, and raised to a power they fit the section's totals as well. ${REMEDY}${isWhole ? " Do not round them." : ""}`,
    });
    return areLogged;
  }
  throw new CountError({
    subject: "reference",
    found: `means that look logged (the greatest is ${greatest}; raised to the power of ${POWER} they fit the section's totals better than as they are)`,
    expected: "means of raw counts",
    remedy: `${REMEDY} If they are what you mean to use, allow them with ${optionName("allowNonCounts")}.`,
    spot: signature.typeNames[Math.floor(greatestAt / genes.length)],
    gene: signature.geneNames[genes[greatestAt % genes.length]],
    value: greatest,
  });
}

/** Tells where single cells may hold logged values that were rounded. */
export function noteRoundedLogs(evidence: OfMeans, values: CellValues, notices: NoticeList): void {
  const means = meansOf(evidence);
  const mayBeLogged = mayBeRoundedLogs(means, values);
  freeArray(means.values);
  if (!mayBeLogged) return;
  notices.add({
    code: "reference-may-be-logged",
    message: `The values of the reference may be logged and rounded: the greatest is ${values.max}, and raised to a power their means fit the section's totals better. Choose the layer that holds raw counts (${optionName("referenceLayer")}).`,
  });
}

function meansOf({ moments, genes, signature: { typeNames, geneNames, values } }: OfMeans): TypeMeans {
  const typeCount = typeNames.length;
  const picked = new Float64Array(typeCount * genes.length);
  for (let k = 0; k < typeCount; k++) {
    for (let i = 0; i < genes.length; i++)
      picked[k * genes.length + i] = values[k * geneNames.length + genes[i]];
  }
  const sectionTotals = Float64Array.from(genes, (gene) => moments.rawTotal[gene]);
  return { typeCount, values: picked, sectionTotals };
}
