import { GeneMismatchError, type Notice } from "@flashdeconv/core";
import { compareCodePoints, numbered } from "@flashdeconv/core/internal";
import { explainMismatch } from "./explain-mismatch.js";
import { spellingGains } from "./name-differences.js";

/** The genes that spatial data and reference share, and where each lies on either side. */
export interface GeneAlignment {
  /** Shared names in ascending code-point order. */
  readonly geneNames: readonly string[];
  /** Column of each shared gene in the spatial data; any order. */
  readonly spatialIndex: Int32Array;
  /** Column of each shared gene in the reference; any order. */
  readonly referenceIndex: Int32Array;
  /** Columns left out because an earlier one has the same name. */
  readonly spatialDuplicateCount: number;
  readonly referenceDuplicateCount: number;
  /** Different names on the side that has fewer. */
  readonly smallerSideCount: number;
  /** What the user should hear of: duplicate names, few shared genes. */
  readonly notices: readonly Notice[];
}

/** Below this share of the smaller side's genes a notice says so: their names may differ in kind. */
export const FEW_SHARED = 0.2;

/**
 * Matches the genes of both sides by name. Of a name that occurs twice on a side the first column is taken; a gene without a name
 * matches none. Nothing is renamed: a notice says where another spelling would match more.
 *
 * @throws GeneMismatchError when no name is shared; its message shows names of each side and the likely cause.
 */
export function alignGenes(
  spatialNames: readonly string[],
  referenceNames: readonly string[],
): GeneAlignment {
  const spatial = firstColumns(spatialNames);
  const reference = firstColumns(referenceNames);
  const geneNames = [...spatial.keys()].filter((name) => reference.has(name)).sort(compareCodePoints);
  if (geneNames.length === 0) {
    throw new GeneMismatchError({
      subject: "gene names",
      found: `none shared: spatial data with ${describeNames(spatialNames)}, reference with ${describeNames(referenceNames)}`,
      expected: "names of the same kind on both sides",
      remedy: explainMismatch([...spatial.keys()], [...reference.keys()]),
    });
  }

  const spatialDuplicateCount = countNamed(spatialNames) - spatial.size;
  const referenceDuplicateCount = countNamed(referenceNames) - reference.size;
  const notices = [
    ...duplicateNotice("spatial", "spatial data", spatialDuplicateCount),
    ...duplicateNotice("reference", "reference", referenceDuplicateCount),
  ];
  const smallerSideCount = Math.min(spatial.size, reference.size);
  if (geneNames.length < FEW_SHARED * smallerSideCount) {
    notices.push({
      code: "few-shared-genes",
      message:
        `The sides share only ${geneNames.length} of the ${numbered(smallerSideCount, "gene name")} of the smaller one. ` +
        explainMismatch([...spatial.keys()], [...reference.keys()]),
    });
  } else notices.push(...spellingNotice([...spatial.keys()], [...reference.keys()], geneNames.length));
  return Object.freeze({
    geneNames,
    spatialIndex: Int32Array.from(geneNames, (name) => spatial.get(name)!),
    referenceIndex: Int32Array.from(geneNames, (name) => reference.get(name)!),
    spatialDuplicateCount,
    referenceDuplicateCount,
    smallerSideCount,
    notices,
  });
}

function firstColumns(names: readonly string[]): Map<string, number> {
  const columns = new Map<string, number>();
  for (let column = 0; column < names.length; column++) {
    if (names[column] !== "" && !columns.has(names[column])) columns.set(names[column], column);
  }
  return columns;
}

function countNamed(names: readonly string[]): number {
  return names.reduce((count, name) => count + (name === "" ? 0 : 1), 0);
}

/** Below this share of the shared genes, what another spelling would add is not worth a word. */
const FEW_GAINED = 0.01;

function spellingNotice(
  spatial: readonly string[],
  reference: readonly string[],
  sharedCount: number,
): Notice[] {
  const [best] = spellingGains(spatial, reference);
  if (!best || best.gainedCount < FEW_GAINED * sharedCount) return [];
  const { cause, gainedCount, example } = best;
  const [ours, theirs] = example.map((name) => JSON.stringify(name));
  const share = Math.round((100 * gainedCount) / Math.min(spatial.length, reference.length));
  const message = `${numbered(gainedCount, "more gene")} (${share} % of the smaller side) would be shared but for ${cause}: ${ours} in the spatial data, ${theirs} in the reference. Names are taken as they are; write both sides the same way to have them used.`;
  return [{ code: "gene-spelling", message }];
}

function duplicateNotice(side: string, sideName: string, count: number): Notice[] {
  if (count === 0) return [];
  const message = `Gene columns of the ${sideName} that repeat the name of an earlier one: ${count}. The first column of each name is used.`;
  return [{ code: `duplicate-genes-${side}`, message }];
}

function describeNames(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name));
  return `${numbered(names.length, "gene")}${shown.length > 0 ? ` (${shown.join(", ")}${names.length > 3 ? ", ..." : ""})` : ""}`;
}
