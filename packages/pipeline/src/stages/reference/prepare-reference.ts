import {
  type ChunkSource,
  type CsrChunk,
  compareCodePoints,
  mapChunks,
  OptionError,
  type ReferenceSignature,
} from "@flashdeconv/core";
import { addCountCheck, buildCountCheck, finishCountCheck } from "@flashdeconv/normalize";
import {
  addCells,
  buildSignatureSums,
  finishSignature,
  type GeneAlignment,
  geneSubset,
  signatureSubset,
} from "@flashdeconv/select-genes";
import type { CellReference, ReferenceInput } from "../../contracts/inputs.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { RunContext } from "../../contracts/run-context.js";
import { isSignature } from "../check-inputs.js";
import { noteValues } from "./note-values.js";
import type { CountOptions } from "./require-counts.js";
import { requireCounts } from "./require-counts.js";

export interface PreparedReference {
  /** Mean raw counts per type over the shared genes. */
  readonly signature: ReferenceSignature;
  /** Cells per type; undefined where the reference came as a signature. */
  readonly cellCounts: Int32Array | undefined;
}

/** Below this a type's mean is mostly noise. */
const FEW_CELLS = 10;
/** Labels that are not a cell type but the lack of one. */
const NO_TYPE =
  /^(unknown|unassigned|unlabell?ed|undefined|undetermined|ambiguous|doublets?|low.?quality|other|none|nan|n\/?a|-|\?)?$/i;

/** Whether a label stands for cells that nobody could name, such as "Unknown" or "Doublet". */
export function isUninformativeLabel(name: string): boolean {
  return NO_TYPE.test(name.trim());
}

/** Reads the reference once, over the shared genes, into one row per type. */
export async function prepareReference(
  reference: ReferenceInput,
  { referenceIndex }: Pick<GeneAlignment, "referenceIndex">,
  options: CountOptions,
  run: RunContext,
): Promise<PreparedReference> {
  const prepared = isSignature(reference)
    ? { signature: signatureSubset(sortTypes(reference), referenceIndex), cellCounts: undefined }
    : await keptCells(reference, referenceIndex, options, run);
  noteTypes(prepared, run.notices);
  return prepared;
}

const PIECE = "reference";

/** What `readCells` gives, or what it gave to the run that is gone on with. */
async function keptCells(
  reference: CellReference,
  columns: Int32Array,
  options: CountOptions,
  run: RunContext,
): Promise<PreparedReference> {
  const { checkpoint } = run;
  const kept = await checkpoint?.load(PIECE);
  if (kept) {
    const { values, cellCounts } = kept.arrays;
    const typeNames = kept.facts as string[];
    const geneNames = Array.from(columns, (column) => reference.geneNames[column]);
    return {
      signature: { typeNames, geneNames, values: values as Float64Array },
      cellCounts: cellCounts as Int32Array,
    };
  }
  const prepared = await readCells(reference, columns, options, run);
  const { typeNames, values } = prepared.signature;
  checkpoint?.offer(PIECE, () => ({ facts: typeNames, arrays: { values, cellCounts: prepared.cellCounts } }));
  return prepared;
}

async function readCells(
  reference: CellReference,
  columns: Int32Array,
  options: CountOptions,
  { signal, report, notices }: RunContext,
): Promise<PreparedReference & { readonly cellCounts: Int32Array }> {
  const { codes, names } = reference.cellTypes;
  const check = buildCountCheck();
  const checked: ChunkSource<CsrChunk> = mapChunks(reference.counts, (chunk) => {
    addCountCheck(check, chunk);
    return chunk;
  });
  const sums = buildSignatureSums(names.length, columns.length);
  const stream = geneSubset(checked, columns).chunks({
    signal,
    onProgress: ({ spotsDone, spotCount }) =>
      report({ stage: "reference", done: spotsDone, total: spotCount }),
    onNotice: ({ code, message }) =>
      notices.add({ code: `reference-${code}`, message: `Reference: ${message}` }),
  });
  for await (const chunk of stream) addCells(sums, chunk, codes);
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
      message: `${unlabelledCount} of ${codes.length} reference cells have no cell type and are left out.`,
    });
  }
  return { signature, cellCounts };
}

function noteTypes({ signature, cellCounts }: PreparedReference, notices: NoticeList): void {
  const { typeNames } = signature;
  const small = typeNames.filter((_, k) => (cellCounts?.[k] ?? FEW_CELLS) < FEW_CELLS);
  if (small.length > 0) {
    const list = small.map((name) => `"${name}" (${cellCounts?.[typeNames.indexOf(name)]})`).join(", ");
    notices.add({
      code: "few-cells",
      message: `Types with fewer than ${FEW_CELLS} cells, whose mean is uncertain: ${list}.`,
    });
  }
  const uninformative = typeNames.filter(isUninformativeLabel);
  if (uninformative.length > 0) {
    notices.add({
      code: "uninformative-labels",
      message: `The reference has labels that name no cell type: ${uninformative.map((name) => `"${name}"`).join(", ")}. They are used like any other; drop those cells if they should not be.`,
    });
  }
}

/** A signature's types in code-point order, as the result lists them, its values checked. */
function sortTypes(signature: ReferenceSignature): ReferenceSignature {
  const { typeNames, geneNames, values } = signature;
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
  return { typeNames: order.map((k) => typeNames[k]), geneNames, values: sorted };
}
