import { optionName, printableName } from "@flashdeconv/core/internal";
import type { SectionSummary, StoreSummary, TableSummary } from "@flashdeconv/io-zarr";
import { describeCandidates } from "@flashdeconv/io-zarr/internal";
import { type CountReport, describeCounts } from "@flashdeconv/normalize";
import { describeMatch, type MeansVerdict, USUAL_TYPE_COUNT } from "@flashdeconv/pipeline/internal";
import { FEW_SHARED, type SpellingGain } from "@flashdeconv/select-genes/internal";
import { countOf, formatCount, formatPercent } from "../words/format.js";
import { PLAIN_WORDING, type Wording } from "../words/wording.js";
import { type CheckedPlaces, checkFindings } from "./check-findings.js";
import type { ReferenceReport } from "./compare-reference.js";
import { describePlan } from "./describe-plan.js";
import { detail, type Finding, type FindingLine, type FindingTable, fact, remark } from "./finding.js";
import type { Inspection } from "./inspection.js";
import { adviseOnLayers, type LayerReport } from "./layer-report.js";

/** What an inspection found, in words: of the section, of the reference's matrices, and of how the two fit; no part is empty. */
export function inspectionFindings(inspection: Inspection, wording: Wording = PLAIN_WORDING): Finding[][] {
  const memory = describeMemory(inspection);
  const parts = [
    [...sectionFindings(inspection, wording), ...(memory === undefined ? [] : [fact(memory)])],
    ...referenceFindings(inspection, wording),
  ];
  return parts.filter((part) => part.length > 0);
}

/** What was found of a section. */
export function sectionFindings(
  {
    path,
    called,
    summary,
    matrix,
    layers,
    placesTrouble,
  }: Pick<Inspection, "path" | "called" | "summary" | "matrix" | "layers" | "placesTrouble">,
  wording: Wording = PLAIN_WORDING,
): Finding[] {
  const { zarrFormat, consolidated, rowCount, geneCount, matrices, unreadable, obsColumns, obsm } = summary;
  const advice = adviseOnLayers(layers, wording.options(optionName("layer")));
  const findings = [
    fact(
      `${path}: ${called ?? `AnnData in Zarr v${zarrFormat}, ${consolidated ? "" : "not "}consolidated`}, ${countOf(rowCount, "row")} x ${countOf(geneCount, "gene")}`,
    ),
    summary.table && fact(describeTable(summary.table)),
    matrices.length > 0 ? matrixTable("Matrices", layers.matrices) : remark("Matrices: none"),
    advice === undefined ? undefined : remark(advice),
    ...unreadable.map(({ path, reason }) => remark(`Cannot be read: ${path} (${reason})`)),
    matrix && describeValues(`Values of ${matrix.path}`, matrix.counts, [rowCount, "row"], wording),
    summary.coordinates === undefined
      ? remark(`Coordinates: ${describeMissing(summary.coordinateCandidates, wording)}`)
      : placesTrouble === undefined
        ? fact(`Coordinates: ${summary.coordinates}`)
        : remark(`Coordinates: ${summary.coordinates}; ${placesTrouble}`),
    summary.sections && describeSections(summary.sections, wording),
    matrix ? detail(`Genes: ${someNames(matrix.geneNames)}`) : undefined,
    detail(
      `obs: ${obsColumns.map(({ name, kind }) => `${printableName(name)} (${kind})`).join(", ") || "no columns"}`,
    ),
    detail(
      `obsm: ${obsm.map(({ key, encoding, shape }) => `${printableName(key)} (${[encoding, shape.join(" x ")].filter(Boolean).join(" ")})`).join(", ") || "empty"}`,
    ),
    summary.complete ? undefined : fact("The store cannot be listed: layers and obsm may hold more."),
  ];
  return findings.filter((finding) => finding !== undefined);
}

/** What was found of a reference's matrices, and of how it fits the section. */
export function referenceFindings(
  inspection: Pick<Inspection, "path" | "matrix" | "reference" | "referencePath" | "referenceLayers">,
  wording: Wording = PLAIN_WORDING,
): Finding[][] {
  const { reference, referenceLayers } = inspection;
  return [
    referenceLayers ? describeReferenceLayers(referenceLayers, wording) : [],
    reference ? describeReference(reference, placesOf(inspection), wording) : [],
  ];
}

/** Where section and reference lie. */
export function placesOf({
  path,
  referencePath,
  matrix,
}: Pick<Inspection, "path" | "referencePath" | "matrix">): CheckedPlaces {
  return { reference: referencePath ?? "", spatial: matrix && path };
}

function describeMissing(candidates: StoreSummary["coordinateCandidates"], { options }: Wording): string {
  return candidates.length === 0
    ? "none found"
    : `none found; perhaps ${options(optionName("spatialColumns"))} ${describeCandidates(candidates)}`;
}

function describeSections(
  { columnNames, sections, withoutCount }: SectionSummary,
  { options }: Wording,
): FindingLine {
  if (sections.length === 0) {
    const unclear = columnNames.map((name) => `obs/${printableName(name)}`).join(" and ");
    return remark(
      `Sections: none told apart: ${unclear} all name the ids of uns/spatial, but not alike. Name one with ${options(optionName("sectionKey"))}`,
    );
  }
  const shown = sections.slice(0, 10).map(({ name, spotCount }) => `${name} (${formatCount(spotCount)})`);
  const more = sections.length > 10 ? ", ..." : "";
  const without = withoutCount > 0 ? `; ${countOf(withoutCount, "spot")} without one, taken as one` : "";
  const columns = columnNames.map((name) => `obs/${name}`).join(", ");
  return fact(
    `Sections by ${columns}: ${countOf(sections.length, "section")}: ${shown.join(", ")}${more}${without}`,
  );
}

function describeMemory({ memory, reference }: Inspection): string | undefined {
  if (memory === undefined) return undefined;
  if (typeof memory === "string") return `A run would be refused: ${memory}`;
  return `${describePlan(memory)}${reference ? "" : `, for ${USUAL_TYPE_COUNT} cell types`}`;
}

function describeTable({ path, tableNames, version, annotation }: TableSummary): string {
  const others =
    tableNames.length > 1 ? ` (tables: ${tableNames.map((name) => printableName(name)).join(", ")})` : "";
  const about = annotation
    ? `about ${annotation.regions.map((name) => printableName(name)).join(", ") || "elements"} by obs/${annotation.regionKey} and obs/${annotation.instanceKey}`
    : "about no element";
  return `SpatialData ${version}: ${path}${others}, ${about}`;
}

function describeReferenceLayers(layers: LayerReport, { options }: Wording): Finding[] {
  const advice = adviseOnLayers(layers, options(optionName("referenceLayer")));
  return [
    matrixTable("Matrices of the reference", layers.matrices),
    ...(advice === undefined ? [] : [remark(advice)]),
  ];
}

function matrixTable(title: string, matrices: LayerReport["matrices"]): FindingTable {
  return {
    title,
    header: ["path", "encoding", "shape", "type", "chunks", "codecs", "non-zeros", "values"],
    rows: matrices.map(({ path, encoding, shape, dataType, chunkShape, codecs, nonZeroCount, verdict }) => [
      path,
      encoding,
      shape.map(formatCount).join(" x "),
      dataType,
      chunkShape.map(formatCount).join(" x "),
      codecs.join(", ") || "none",
      nonZeroCount === undefined
        ? "not known"
        : `${formatCount(nonZeroCount)} (${formatPercent(nonZeroCount / Math.max(1, shape[0] * shape[1]))})`,
      verdict ?? "not read",
    ]),
  };
}

const VERDICTS = {
  counts: "raw counts: whole numbers of at least 0",
  "decimal counts": "decimal counts, as after the removal of ambient RNA: usable with `allowNonCounts`",
  "normalised counts": "NOT raw counts: normalised, all rows sum to nearly the same",
  "logged or scaled": "NOT raw counts: logged or scaled",
  invalid: "NOT usable: negative or not finite",
} as const satisfies Record<ReturnType<typeof describeCounts>, string>;

const MEANS = {
  raw: "means of raw counts, as far as the section's totals tell",
  "all 0 or 1": "NOT means of raw counts: all 0 or 1, whether a gene is expressed and not how much",
  "may be logged":
    "perhaps NOT means of raw counts: raised to a power they fit the section's totals as well, as logged means do",
  logged:
    "NOT means of raw counts: they look logged, as raised to a power they fit the section's totals better; a run would refuse them",
} as const satisfies Record<MeansVerdict, string>;

function describeValues(
  what: string,
  report: CountReport,
  [rowCount, row]: readonly [count: number, kind: string],
  { options }: Wording,
): FindingLine {
  const { spotCount, emptySpotCount, max, total, faults } = report;
  const looked =
    spotCount === rowCount
      ? `all ${countOf(rowCount, row)}`
      : `the first ${formatCount(spotCount)} of ${countOf(rowCount, row)}`;
  const verdict = describeCounts(report);
  const isBinary = max === 1 && faults.length === 0;
  const facts = [
    `mean ${formatCount(total / Math.max(1, spotCount))} per ${row}`,
    `greatest ${formatCount(max)}`,
    isBinary ? "none above 1: whether a gene was seen, or how often?" : undefined,
    emptySpotCount > 0 ? `${countOf(emptySpotCount, row)} without any` : undefined,
    ...faults.map(
      ({ kind, valueCount, value }) => `${countOf(valueCount, "value")} ${kind}, the first ${value}`,
    ),
  ];
  const text = `${what}: ${options(VERDICTS[verdict])} (${looked} looked at; ${facts.filter(Boolean).join("; ")})`;
  return weighed(verdict !== "counts" || isBinary, text);
}

function describeReference(reference: ReferenceReport, places: CheckedPlaces, wording: Wording): Finding[] {
  const { cellCount, types, geneCount, sharedGeneCount, sharedGeneShare, unlabelledCount, counts, means } =
    reference;
  const rows = types.map(({ name, cellCount: count, remark }) => [
    name,
    count === undefined ? "-" : formatCount(count),
    remark,
  ]);
  const shared = `Shared genes: ${formatCount(sharedGeneCount)} (${formatPercent(sharedGeneShare)} of the smaller side)`;
  return [
    ...describeTypes(reference, places, wording),
    fact(
      `Reference: ${cellCount === undefined ? "table of mean counts" : countOf(cellCount, "cell")}, ` +
        `${countOf(types.length, "cell type")}, ${countOf(geneCount, "gene")}`,
    ),
    counts && describeValues("Values", counts, [cellCount ?? 0, "cell"], wording),
    means &&
      weighed(
        means.verdict !== "raw",
        `Values: ${MEANS[means.verdict]} (greatest ${formatCount(means.greatest)})`,
      ),
    reference.mayBeRoundedLogs
      ? remark(
          "The values may be logged and rounded: raised to a power their means fit the section's totals better",
        )
      : undefined,
    weighed(sharedGeneShare < FEW_SHARED, shared),
    ...reference.geneRemarks,
    ...reference.geneColumns.map((match) => remark(wording.options(describeMatch(match)))),
    ...reference.geneSpellings.map(describeSpelling),
    unlabelledCount > 0 ? fact(`${countOf(unlabelledCount, "cell")} without a type`) : undefined,
    { header: ["cell type", "cells", "remark"], rows },
  ].filter((line) => line !== undefined);
}

function weighed(isOdd: boolean, text: string): FindingLine {
  return isOdd ? remark(text) : fact(text);
}

/** Which types can be told apart, as far as that was looked at. */
function describeTypes(
  { checked, uncheckedBecause }: ReferenceReport,
  places: CheckedPlaces,
  wording: Wording,
): FindingLine[] {
  if (checked) return checkFindings(checked, places, wording);
  return uncheckedBecause === undefined
    ? []
    : [fact(`Which types can be told apart was not looked at: ${uncheckedBecause}`)];
}

/** A notice tells of those that matter. */
function describeSpelling({ cause, gainedCount, example }: SpellingGain): FindingLine {
  const text = `${countOf(gainedCount, "more gene")} would be shared but for ${cause}: ${example.join(" and ")}`;
  return detail(text);
}

function someNames(names: readonly string[]): string {
  return `${names
    .slice(0, 5)
    .map((name) => printableName(name))
    .join(", ")}${names.length > 5 ? ", ..." : ""}`;
}
