import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  type ChunkSource,
  type DenseChunk,
  FormatError,
  type NameChunk,
  OptionError,
  type ReferenceSignature,
} from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { AnnDataContents, Names, UnsObject } from "@flashdeconv/io-zarr";
import { readResultContents } from "@flashdeconv/io-zarr/internal";
import { mergeReference, prepareReference, type StageProgress } from "@flashdeconv/pipeline";
import { countsOfCells, geneShares, isSignature, stageInWords } from "@flashdeconv/pipeline/internal";
import { signatureSubset } from "@flashdeconv/select-genes";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { RESULT_KINDS } from "../options/input-kinds.js";
import type { SectionFlags } from "../options/input-options.js";
import { withFlags } from "../options/option-flags.js";
import { type StoreFlags, storeAccess } from "../options/store-options.js";
import type { Terminal } from "../terminal/terminal.js";
import { type LabelFlags, withReference } from "./with-reference.js";
import { withStore } from "./with-store.js";

export interface ExpressionFlags
  extends StoreFlags,
    LabelFlags,
    Pick<SectionFlags, "table" | "bin" | "cells" | "layer" | "geneKey"> {
  readonly key?: string;
  readonly spatial?: string;
  readonly reference?: string;
  readonly referenceLayer?: string;
  readonly referenceGeneKey?: string;
}

/** A result with what is known of how it was made. */
export interface OpenResult {
  readonly contents: AnnDataContents;
  readonly typeNames: readonly string[];
  /** The names under which their columns are stored. */
  readonly storedNames: readonly string[];
  readonly proportions: ChunkSource<DenseChunk>;
  readonly parameters: UnsObject;
}

/** Where section and reference of a result are: as the options say, else as the run was told. */
export interface ExpressionPlaces {
  readonly spatial: string;
  readonly section: SectionFlags;
  readonly reference: ExpressionFlags & { readonly reference: string };
}

/** Opens a result for as long as `work` takes. Throws OptionError where the key is of none. */
export function withResult<T>(
  path: string,
  flags: ExpressionFlags & { readonly key: string },
  { signal, note }: Terminal,
  work: (result: OpenResult) => Promise<T>,
): Promise<T> {
  const { key, table } = flags;
  return withStore(path, { ...storeAccess(flags), expects: RESULT_KINDS }, async (store) => {
    const read = (ofTable: string | undefined) =>
      withFlags({ key: "--key", table: "--table" }, () =>
        readResultContents(store, { key, table: ofTable, signal, onNotice: note }),
      );
    const contents = await read(table).catch((error: unknown) => {
      // A result that is a store of its own has no tables: it is the section's that is named.
      if (table !== undefined && error instanceof OptionError && error.option === "--table")
        return read(undefined);
      throw error;
    });
    const found = contents.obsm?.[key];
    const typeNames = found?.columnNames ?? [];
    const parameters = (contents.uns?.[`${key}_params`] ?? {}) as UnsObject;
    const storedNames = found?.storedNames ?? typeNames;
    return work({
      contents,
      typeNames,
      storedNames,
      proportions: found?.values as ChunkSource<DenseChunk>,
      parameters,
    });
  });
}

/** @throws OptionError where neither the options nor the result say it, or nothing is there */
export function expressionPlaces(flags: ExpressionFlags, parameters: UnsObject): ExpressionPlaces {
  const told = (name: string) => {
    const value = parameters[name];
    return typeof value === "string" && value !== "X" ? value : undefined;
  };
  const placeOf = (option: "--spatial" | "--reference", given: string | undefined, recorded?: string) => {
    const place = given ?? recorded;
    if (given !== undefined || (place !== undefined && (isRemote(place) || existsSync(place))))
      return place as string;
    throw new OptionError({
      option,
      value: recorded,
      rule:
        recorded === undefined
          ? "a path: the result does not say it"
          : "what the result was made of: nothing is there any more where the run had it",
      remedy: `Give ${option} with the place where it is now.`,
    });
  };
  const { table, bin, cells, layer, geneKey, cellTypeKey, labels, referenceLayer, referenceGeneKey } = flags;
  return {
    spatial: placeOf("--spatial", flags.spatial, told("spatial")),
    section: {
      table: table ?? told("table"),
      bin,
      cells,
      layer: layer ?? told("layer"),
      geneKey: geneKey ?? told("gene_key"),
    },
    reference: {
      ...flags,
      reference: placeOf("--reference", flags.reference, told("reference")),
      cellTypeKey: cellTypeKey ?? (labels === undefined ? told("cell_type_key") : undefined),
      labels: labels ?? told("labels"),
      referenceLayer: referenceLayer ?? told("reference_layer"),
      referenceGeneKey: referenceGeneKey ?? told("reference_gene_key"),
    },
  };
}

/** The shares of genes of the result's types, by its reference. */
export async function readShares(
  flags: ExpressionPlaces["reference"],
  { typeNames, parameters }: OpenResult,
  geneNames: readonly string[],
  terminal: Terminal,
) {
  const { amount, counts_per_cell: perCell, genes_used: used, types_merged: merged } = parameters;
  const read = await withReference(flags, terminal, async (given) => {
    const reference = typeof merged === "string" ? mergeReference(given, JSON.parse(merged)) : given;
    if (isSignature(reference)) return reference;
    const { signal } = terminal;
    const onProgress = (progress: StageProgress) => terminal.progress.update(stageInWords(progress, "cells"));
    const prepared = await prepareReference(reference, { allowNonCounts: true }, { signal, onProgress });
    return "signature" in prepared ? prepared.signature : prepared;
  });
  const signature = read as ReferenceSignature;
  const genesUsed = Array.isArray(used) ? (used as readonly string[]) : undefined;
  if (perCell instanceof Float64Array)
    requireSameCells(flags.reference, signature, { typeNames, genesUsed, perCell });
  const countsPerCell = amount === "cells" && perCell instanceof Float64Array ? perCell : undefined;
  return withFlags({ reference: "--reference" }, async () =>
    geneShares({
      signature,
      geneNames,
      typeNames,
      genesUsed,
      countsPerCell,
    }),
  );
}

interface RecordedCells {
  readonly typeNames: readonly string[];
  readonly genesUsed: readonly string[] | undefined;
  /** K: counts of a cell of each type over these genes, as the result has them. */
  readonly perCell: Float64Array;
}

/** Sums of the same cells differ by the order of adding at most. */
const SAME_SUM = 1e-6;

/** Throws OptionError for a reference whose cells hold other counts than the result says: it is another, or its labels have changed. */
function requireSameCells(
  place: string,
  signature: ReferenceSignature,
  { typeNames, genesUsed, perCell }: RecordedCells,
): void {
  const used = genesUsed && new Set(genesUsed);
  const columns = signature.geneNames.flatMap((gene, column) => ((used?.has(gene) ?? true) ? [column] : []));
  const found = countsOfCells(typeNames, signatureSubset(signature, Int32Array.from(columns)));
  for (const [k, name] of typeNames.entries()) {
    if (!signature.typeNames.includes(name)) continue;
    if (Math.abs(found[k] - perCell[k]) <= SAME_SUM * Math.max(found[k], perCell[k])) continue;
    throw new OptionError({
      option: "--reference",
      value: redactUrl(place),
      rule: `the reference that the result was made with: a cell of ${JSON.stringify(name)} has ${found[k].toPrecision(6)} counts there, and ${perCell[k].toPrecision(6)} by the result`,
      remedy: "Give that one, with the labels that it had.",
    });
  }
}

/** Throws FormatError where section and result are not of the same spots in the same order. */
export async function requireSameSpots(
  { contents }: OpenResult,
  section: { readonly spotCount: number; spotNames(): AsyncIterable<NameChunk>; readonly place: string },
): Promise<void> {
  const differ = (found: string, expected: string) =>
    new FormatError({
      path: redactUrl(section.place),
      found,
      expected,
      remedy:
        "Give the section that the result was made of, with --spatial, and its --table, --bin or --cells.",
    });
  if (contents.spotCount !== section.spotCount) {
    throw differ(
      numbered(section.spotCount, "spot"),
      `the ${numbered(contents.spotCount, "spot")} of the result`,
    );
  }
  const [ofSection, ofResult] = [await digestOf(section.spotNames()), await digestOf(contents.spotNames)];
  if (ofSection !== ofResult) throw differ("other names of spots, or another order", "those of the result");
}

/** Tells names in their order from any others, however they are cut into chunks. */
async function digestOf(names: Names): Promise<string> {
  const hash = createHash("sha256");
  const add = (bytes: Uint8Array) => hash.update(`${bytes.length}:`).update(bytes);
  if (Symbol.asyncIterator in names) {
    for await (const { count, offsets, bytes } of names)
      for (let i = 0; i < count; i++) add(bytes.subarray(offsets[i], offsets[i + 1]));
  } else for (const name of names) add(Buffer.from(name));
  return hash.digest("hex");
}
