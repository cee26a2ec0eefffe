import {
  type ChunkSource,
  type CsrChunk,
  mapChunks,
  OptionError,
  type ReferenceSignature,
} from "@flashdeconv/core";
import { compareCodePoints, numbered, shortList } from "@flashdeconv/core/internal";
import { addCountCheck, buildCountCheck, finishCountCheck } from "@flashdeconv/normalize";
import {
  addCells,
  buildSignatureSums,
  finishSignature,
  type GeneAlignment,
  geneSubset,
  signatureSubset,
} from "@flashdeconv/select-genes";
import type { CellSample } from "../../contracts/cells.js";
import type {
  CellReference,
  CellValues,
  HalfCells,
  PreparedReference,
  ReferenceInput,
} from "../../contracts/inputs.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import { buildNoticeList } from "../../runtime/notice-list.js";
import { isPrepared, isSignature } from "../check-inputs.js";
import { isTried } from "../keep/confusion-piece.js";
import { narrow } from "../survey/narrow-sample.js";
import { addHalfSums, buildHalfSums, finishHalfSums, narrowHalves } from "./half-cells.js";
import { noteValues } from "./note-values.js";
import { packCells, unpackCells } from "./pack-cells.js";
import type { CountOptions } from "./require-counts.js";
import { isWhole, requireCounts } from "./require-counts.js";
import { CellSampler } from "./sample-cells.js";

/** What cells are read for. */
type ReadOptions = CountOptions & Pick<DeconvolveOptions, "intervals">;

export interface AlignedReference {
  /** Mean raw counts per type over the shared genes. */
  readonly signature: ReferenceSignature;
  /** Cells per type; undefined where the reference came as a signature. */
  readonly cellCounts: Int32Array | undefined;
  /** What its values are like; undefined where it came as a signature, which may hold any. */
  readonly values: CellValues | undefined;
  /** What its types can be told apart by, over the shared genes; undefined where it came as a signature. */
  readonly halves?: HalfCells;
  /** Some of its cells over the shared genes, where intervals ask for them. */
  readonly cells?: CellSample;
}

type AlignedCells = AlignedReference & Pick<PreparedReference, "cellCounts" | "values" | "halves">;

/** Below this a type's mean is mostly noise. */
const FEW_CELLS = 10;
/** Labels that are not a cell type but the lack of one. */
const NO_TYPE =
  /^(unknown|unassigned|unlabell?ed|undefined|undetermined|ambiguous|doublets?|low.?quality|other|none|nan|n\/?a|-|\?)?$/i;

/** Whether a label stands for cells that nobody could name, such as "Unknown" or "Doublet". */
export function isUninformativeLabel(name: string): boolean {
  return NO_TYPE.test(name.trim());
}

/** Reads single cells over all their genes, for any number of sections. */
export async function readReference(
  reference: CellReference,
  options: ReadOptions,
  run: RunContext,
): Promise<PreparedReference> {
  const { geneNames } = reference;
  const notices = buildNoticeList();
  const columns = Int32Array.from(geneNames, (_, column) => column);
  const cells = await readCells(reference, columns, options, { ...run, notices });
  return { geneNames, ...cells, notices: notices.all };
}

/** The reference over the shared genes, a row per type; single cells are read for it, once. */
export async function alignReference(
  reference: ReferenceInput,
  { referenceIndex }: Pick<GeneAlignment, "referenceIndex">,
  options: ReadOptions,
  run: RunContext,
): Promise<AlignedReference> {
  const aligned = await overGenes(reference, referenceIndex, options, run);
  noteTypes(aligned.signature.typeNames, aligned.cellCounts, run.notices);
  return aligned;
}

async function overGenes(
  reference: ReferenceInput,
  columns: Int32Array,
  options: ReadOptions,
  run: RunContext,
): Promise<AlignedReference> {
  if (isSignature(reference)) {
    const sorted = sortTypes(reference);
    return { signature: signatureSubset(sorted, columns), cellCounts: sorted.cellCounts, values: undefined };
  }
  if (!isPrepared(reference)) return keptCells(reference, columns, options, run);
  const { signature, cellCounts, values, halves, notices, cells } = reference;
  for (const notice of notices) run.notices.add(notice);
  return {
    signature: signatureSubset(signature, columns),
    cellCounts,
    values,
    ...(halves && { halves: narrowHalves(halves, columns) }),
    ...(cells && { cells: { ...cells, counts: narrow(cells.counts, columns) } }),
  };
}

const PIECE = "reference";

/** What `readCells` gives, or what it gave to the run that is resumed. */
async function keptCells(
  reference: CellReference,
  columns: Int32Array,
  options: ReadOptions,
  run: RunContext,
): Promise<AlignedReference> {
  const { checkpoint } = run;
  const kept = await checkpoint?.load(PIECE);
  // The halves of the cells are kept only for another process: else that would hold them until it is written.
  if (kept && (kept.arrays.firstSums !== undefined || (await isTried(checkpoint)))) {
    const { values, cellCounts } = kept.arrays;
    const { typeNames, found } = kept.facts as { typeNames: string[]; found: CellValues };
    const geneNames = Array.from(columns, (column) => reference.geneNames[column]);
    return {
      signature: { typeNames, geneNames, values: values as Float64Array },
      cellCounts: cellCounts as Int32Array,
      values: found,
      ...unpackCells(kept.arrays, columns.length),
    };
  }
  const prepared = await readCells(reference, columns, options, run);
  const { signature, cellCounts, values: found, cells, halves } = prepared;
  const { typeNames, values } = signature;
  const pieceWith = (kept: Parameters<typeof packCells>[0]) => ({
    facts: { typeNames, found },
    arrays: { values, cellCounts, ...packCells(kept) },
  });
  // Who tries the halves does it in their memory.
  if (run.stopAt !== undefined) await checkpoint?.save(PIECE, () => pieceWith({ cells, halves }));
  else checkpoint?.offer(PIECE, () => pieceWith({ cells }));
  return prepared;
}

async function readCells(
  reference: CellReference,
  columns: Int32Array,
  options: ReadOptions,
  { signal, report, notices }: RunContext,
): Promise<AlignedCells> {
  const { codes, names } = reference.cellTypes;
  const check = buildCountCheck();
  const checked: ChunkSource<CsrChunk> = mapChunks(reference.counts, (chunk) => {
    addCountCheck(check, chunk);
    return chunk;
  });
  const sums = buildSignatureSums(names.length, columns.length);
  const halves = buildHalfSums(codes, names.length, columns.length);
  const stream = geneSubset(checked, columns).chunks({
    signal,
    onProgress: ({ spotsDone, spotCount }) =>
      report({ stage: "reference", done: spotsDone, total: spotCount }),
    onNotice: ({ code, message }) =>
      notices.add({ code: `reference-${code}`, message: `Reference: ${message}` }),
  });
  const sampler = options.intervals ? new CellSampler() : undefined;
  for await (const chunk of stream) {
    addCells(sums, chunk, codes);
    addHalfSums(halves, chunk, codes);
    sampler?.add(chunk, codes);
  }
  const subject = {
    name: "reference",
    row: "cell",
    geneNames: reference.geneNames,
    nameRow: async (cell: number) => (await reference.readCellName?.(cell)) ?? `number ${cell}`,
    otherMatrices: async () => (await reference.otherMatrices?.({ signal })) ?? [],
  };
  const found = finishCountCheck(check);
  await requireCounts(found, subject, options);
  noteValues(found, "reference", options, notices);
  const geneNames = Array.from(columns, (column) => reference.geneNames[column]);
  const { signature, cellCounts, unlabelledCount } = finishSignature(sums, names, geneNames);
  if (unlabelledCount > 0) {
    notices.add({
      code: "unlabelled-cells",
      message: `Without a cell type: ${unlabelledCount} of ${numbered(codes.length, "reference cell")}, left out.`,
    });
  }
  const { typeNames } = signature;
  const order = typeNames.map((name) => names.indexOf(name));
  const cells = sampler?.finish(columns.length, (code) => typeNames.indexOf(names[code]));
  return {
    signature,
    cellCounts,
    values: { isWhole: isWhole(found), max: found.max },
    halves: finishHalfSums(halves, codes, order),
    ...(cells && { cells }),
  };
}

/** Tells of types of few cells, and of names that are none; `cellCounts` are those of the types, where they are known. */
export function noteTypes(
  typeNames: readonly string[],
  cellCounts: Int32Array | undefined,
  notices: NoticeList,
): void {
  const small = typeNames.filter((_, k) => (cellCounts?.[k] ?? FEW_CELLS) < FEW_CELLS);
  if (small.length > 0) {
    const list = shortList(small, (name) => `"${name}" (${cellCounts?.[typeNames.indexOf(name)]})`);
    notices.add({
      code: "few-cells",
      message: `Types with fewer than ${FEW_CELLS} cells, whose mean is uncertain: ${list}.`,
    });
  }
  const uninformative = typeNames.filter(isUninformativeLabel);
  if (uninformative.length > 0) {
    notices.add({
      code: "uninformative-labels",
      message: `The reference has labels that name no cell type: ${shortList(uninformative)}. They are used like any other; drop those cells if they should not be.`,
    });
  }
}

/** A signature's types in code-point order, as the result lists them, its values checked. */
function sortTypes(signature: ReferenceSignature): ReferenceSignature {
  const { typeNames, geneNames, values, cellCounts } = signature;
  const bad = values.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (bad >= 0) {
    const [type, gene] = [Math.floor(bad / geneNames.length), bad % geneNames.length];
    throw new OptionError({
      option: "reference",
      value: values[bad],
      rule: `mean counts that are finite and at least 0 (type "${typeNames[type]}", gene "${geneNames[gene]}")`,
      remedy: "Give mean raw counts per type, neither logged nor scaled.",
    });
  }
  const order = typeNames.map((_, k) => k).sort((a, b) => compareCodePoints(typeNames[a], typeNames[b]));
  const sorted = new Float64Array(values.length);
  for (const [k, old] of order.entries()) {
    sorted.set(values.subarray(old * geneNames.length, (old + 1) * geneNames.length), k * geneNames.length);
  }
  return {
    typeNames: order.map((k) => typeNames[k]),
    geneNames,
    values: sorted,
    ...(cellCounts && { cellCounts: Int32Array.from(order, (k) => cellCounts[k]) }),
  };
}
