import { CountError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { type CountFault, type CountReport, describeCounts } from "@flashdeconv/normalize";
import type { OtherMatrix } from "../../contracts/inputs.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import { judgeMatrices } from "./find-counts.js";

/** What is accepted as counts. */
export type CountOptions = Pick<DeconvolveOptions, "preprocess" | "allowNonCounts">;

export interface CountSubject {
  /** "spatial data" or "reference". */
  readonly name: string;
  /** "spot" or "cell". */
  readonly row: string;
  readonly geneNames: readonly string[];
  /** Where only some rows were looked at. */
  readonly isSample?: boolean;
  nameRow(row: number): Promise<string>;
  /** The other matrices of its store, where that is known. */
  otherMatrices?(): Promise<readonly OtherMatrix[]>;
}

/**
 * Refuses values that cannot be counts, naming the first. NaN and infinite values are refused always, negative ones
 * unless they are used as they are (`raw`), values that are not whole unless that was allowed or they are used as they are.
 */
export async function requireCounts(
  report: CountReport,
  subject: CountSubject,
  { preprocess, allowNonCounts }: CountOptions,
): Promise<void> {
  const refused = report.faults.filter(
    ({ kind }) =>
      kind === "not finite" ||
      (kind === "negative" && preprocess !== "raw") ||
      (kind === "not whole" && preprocess !== "raw" && !allowNonCounts),
  );
  const fault = mostTelling(refused);
  if (!fault) return;
  const spot = await subject.nameRow(fault.spot);
  const gene = subject.geneNames[fault.gene];
  throw new CountError({
    subject: subject.name,
    found: `${fault.value} in ${subject.row} "${spot}", gene "${gene}" (${fault.kind}: ${fault.valueCount} of ${numbered(report.nonzeroCount, "non-zero value")}${subject.isSample ? ` of a sample of the ${subject.row}s` : ""})`,
    expected: "raw counts: whole numbers of at least 0",
    remedy: remedyFor(fault, report, subject.name, await rawLayers(subject)),
    spot,
    gene,
    value: fault.value,
  });
}

/** Whether no value was met that `allowNonCounts` would have to allow. */
export function isWhole({ faults }: CountReport): boolean {
  return faults.every(({ kind }) => kind !== "not whole");
}

/** Says where allowing values that are not raw counts allowed nothing: whoever gave it expected other data. */
export function noteUnusedPermission(
  { allowNonCounts }: Pick<CountOptions, "allowNonCounts">,
  isUnused: boolean,
  notices: NoticeList,
): void {
  if (!allowNonCounts || !isUnused) return;
  notices.add({
    code: "allow-non-counts-unused",
    message: `${optionName("allowNonCounts")} changes nothing here: section and reference pass as raw counts without it.`,
  });
}

/** The option that names a layer of a side. */
export function layerOption(subject: string): string {
  return subject === "reference" ? "referenceLayer" : "layer";
}

/** Not finite is worst; where negative and not whole values meet, "not whole" explains both (scaled data). */
function mostTelling(faults: readonly CountFault[]): CountFault | undefined {
  const byKind = (kind: string) => faults.find((fault) => fault.kind === kind);
  return byKind("not finite") ?? byKind("not whole") ?? byKind("negative");
}

/** The one sum of normalised rows, as a person would write it. */
export function aboutTotal({ greatestTotal }: CountReport): number {
  return Number(greatestTotal.toPrecision(4));
}

/** Layers of the same store that hold raw counts. */
async function rawLayers({ otherMatrices }: CountSubject): Promise<string[]> {
  const judged = await judgeMatrices((await otherMatrices?.()) ?? []);
  return judged.filter(({ verdict }) => verdict === "counts").map(({ layer }) => layer);
}

function remedyFor(
  fault: CountFault,
  report: CountReport,
  subject: string,
  layers: readonly string[],
): string {
  const option = layerOption(subject);
  if (fault.kind === "not finite") return "Such a value is a fault of the file: repair it or drop the gene.";
  const named = layers.slice(0, 3).map((layer) => `"${layer}"`);
  const elsewhere =
    named.length > 0
      ? `Raw counts are in ${named.join(" and ")}: take them with ${optionName(option, layers[0])}`
      : `Choose the layer that holds raw counts (${optionName(option, "NAME")}, or ${optionName(option, "raw")} for raw/X)`;
  const asTheyAre = `${optionName("method", "flashdeconv")} ${optionName("preprocess", "raw")}`;
  const verdict = describeCounts(report);
  if (verdict === "decimal counts") {
    return `With values up to ${report.max} these look like counts from which some were removed, such as ambient RNA (SoupX, CellBender): use them as they are with ${optionName("allowNonCounts")}, whatever the method. ${elsewhere} if there is one.`;
  }
  if (verdict === "normalised counts") {
    return `All rows sum to about ${aboutTotal(report)}: these are counts normalised to one depth (CPM, CP10k, normalize_total), not raw ones. ${elsewhere}. Only if there is none, allow them with ${optionName("allowNonCounts")}: how deep each ${subject === "reference" ? "cell" : "spot"} was is lost, so noise is misjudged.`;
  }
  if (verdict === "logged or scaled") {
    return `These look logged or scaled already. ${elsewhere}, or, if they are what you mean to use, allow them with ${optionName("allowNonCounts")} (scaled values: ${asTheyAre}).`;
  }
  return `${elsewhere}; centred values can only be used as they are, with ${asTheyAre}.`;
}
