import { optionName } from "@flashdeconv/core/internal";
import type { SectionSummary, StoreSummary, TableSummary } from "@flashdeconv/io-zarr";
import { describeCandidates } from "@flashdeconv/io-zarr/internal";
import { type CountReport, describeCounts } from "@flashdeconv/normalize";
import { describeMatch, type MeansVerdict, USUAL_TYPE_COUNT } from "@flashdeconv/pipeline/internal";
import type { SpellingGain } from "@flashdeconv/select-genes/internal";
import { countOf, formatCount, formatPercent } from "../words/format.js";
import { printableName } from "../words/printable.js";
import { PLAIN_WORDING, type Wording } from "../words/wording.js";
import { type CheckedPlaces, checkFindings } from "./check-findings.js";
import type { ReferenceReport } from "./compare-reference.js";
import { describePlan } from "./describe-plan.js";
import type { Inspection } from "./inspection.js";
import { adviseOnLayers, type LayerReport } from "./layer-report.js";

/** Rows of cells under names of columns. Cells may be names from anywhere, as they are. */
export interface FindingTable {
  readonly title?: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A line of text, empty between what belongs to section and reference, or a table. */
export type Finding = string | FindingTable;

/** What an inspection found, in words. */
export function inspectionFindings(inspection: Inspection, wording: Wording = PLAIN_WORDING): Finding[] {
  const { path, called, summary, matrix, layers, reference, referenceLayers } = inspection;
  const { zarrFormat, consolidated, rowCount, geneCount, matrices, unreadable, obsColumns, obsm } = summary;
  const findings = [
    `${path}: ${called ?? `AnnData in Zarr v${zarrFormat}, ${consolidated ? "" : "not "}consolidated`}, ${countOf(rowCount, "row")} x ${countOf(geneCount, "gene")}`,
    summary.table && describeTable(summary.table),
    matrices.length > 0 ? matrixTable("Matrices", layers.matrices) : "Matrices: none",
    adviseOnLayers(layers, wording.options(optionName("layer"))),
    ...unreadable.map(({ path, reason }) => `Cannot be read: ${path} (${reason})`),
    matrix
      ? `Values of ${matrix.path}: ${describeValues(matrix.counts, [rowCount, "row"], wording)}`
      : undefined,
    `Coordinates: ${summary.coordinates ?? describeMissing(summary.coordinateCandidates, wording)}`,
    summary.sections && describeSections(summary.sections, wording),
    matrix ? `Genes: ${someNames(matrix.geneNames)}` : undefined,
    `obs: ${obsColumns.map(({ name, kind }) => `${printableName(name)} (${kind})`).join(", ") || "no columns"}`,
    `obsm: ${obsm.map(({ key, encoding, shape }) => `${printableName(key)} (${[encoding, shape.join(" x ")].filter(Boolean).join(" ")})`).join(", ") || "empty"}`,
    summary.complete ? undefined : "The store cannot be listed: layers and obsm may hold more.",
    describeMemory(inspection),
    ...(referenceLayers ? describeReferenceLayers(referenceLayers, wording) : []),
    ...(reference ? describeReference(reference, placesOf(inspection), wording) : []),
  ];
  return findings.filter((finding) => finding !== undefined);
}

/** Where section and reference lie. */
export function placesOf({ path, referencePath, matrix }: Inspection): CheckedPlaces {
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
): string {
  if (sections.length === 0) {
    const unclear = columnNames.map((name) => `obs/${printableName(name)}`).join(" and ");
    return `Sections: none told apart: ${unclear} all name the ids of uns/spatial, but not alike. Name one with ${options(optionName("sectionKey"))}`;
  }
  const shown = sections.slice(0, 10).map(({ name, spotCount }) => `${name} (${formatCount(spotCount)})`);
  const more = sections.length > 10 ? ", ..." : "";
  const without = withoutCount > 0 ? `; ${countOf(withoutCount, "spot")} without one, taken as one` : "";
  const columns = columnNames.map((name) => `obs/${name}`).join(", ");
  return `Sections by ${columns}: ${countOf(sections.length, "section")}: ${shown.join(", ")}${more}${without}`;
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
    "",
    matrixTable("Matrices of the reference", layers.matrices),
    ...(advice === undefined ? [] : [advice]),
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
  report: CountReport,
  [rowCount, row]: readonly [count: number, kind: string],
  { options }: Wording,
): string {
  const { spotCount, emptySpotCount, max, total, faults } = report;
  const looked =
    spotCount === rowCount
      ? `all ${countOf(rowCount, row)}`
      : `the first ${formatCount(spotCount)} of ${countOf(rowCount, row)}`;
  const facts = [
    `mean ${formatCount(total / Math.max(1, spotCount))} per ${row}`,
    `greatest ${formatCount(max)}`,
    max === 1 && faults.length === 0 ? "none above 1: whether a gene was seen, or how often?" : undefined,
    emptySpotCount > 0 ? `${countOf(emptySpotCount, row)} without any` : undefined,
    ...faults.map(
      ({ kind, valueCount, value }) => `${countOf(valueCount, "value")} ${kind}, the first ${value}`,
    ),
  ];
  return `${options(VERDICTS[describeCounts(report)])} (${looked} looked at; ${facts.filter(Boolean).join("; ")})`;
}

function describeReference(reference: ReferenceReport, places: CheckedPlaces, wording: Wording): Finding[] {
  const { cellCount, types, geneCount, sharedGeneCount, sharedGeneShare, unlabelledCount, counts, means } =
    reference;
  const rows = types.map(({ name, cellCount: count, remark }) => [
    name,
    count === undefined ? "-" : formatCount(count),
    remark,
  ]);
  return [
    "",
    ...describeTypes(reference, places, wording),
    `Reference: ${cellCount === undefined ? "table of mean counts" : countOf(cellCount, "cell")}, ` +
      `${countOf(types.length, "cell type")}, ${countOf(geneCount, "gene")}`,
    counts && `Values: ${describeValues(counts, [cellCount ?? 0, "cell"], wording)}`,
    means && `Values: ${MEANS[means.verdict]} (greatest ${formatCount(means.greatest)})`,
    reference.mayBeRoundedLogs
      ? "The values may be logged and rounded: raised to a power their means fit the section's totals better"
      : undefined,
    `Shared genes: ${formatCount(sharedGeneCount)} (${formatPercent(sharedGeneShare)} of the smaller side)`,
    ...reference.geneRemarks,
    ...reference.geneColumns.map((match) => wording.options(describeMatch(match))),
    ...reference.geneSpellings.map(describeSpelling),
    unlabelledCount > 0 ? `${countOf(unlabelledCount, "cell")} without a type` : undefined,
    { header: ["cell type", "cells", "remark"], rows },
  ].filter((line) => line !== undefined);
}

/** Which types can be told apart, as far as that was looked at. */
function describeTypes(
  { checked, uncheckedBecause }: ReferenceReport,
  places: CheckedPlaces,
  wording: Wording,
): string[] {
  if (checked) return checkFindings(checked, places, wording);
  return uncheckedBecause === undefined
    ? []
    : [`Which types can be told apart was not looked at: ${uncheckedBecause}`];
}

function describeSpelling({ cause, gainedCount, example }: SpellingGain): string {
  return `${countOf(gainedCount, "more gene")} would be shared but for ${cause}: ${example.join(" and ")}`;
}

function someNames(names: readonly string[]): string {
  return `${names
    .slice(0, 5)
    .map((name) => printableName(name))
    .join(", ")}${names.length > 5 ? ", ..." : ""}`;
}
