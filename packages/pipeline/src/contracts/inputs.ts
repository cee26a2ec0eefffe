import {
  type ChunkSource,
  type Coordinates,
  type CsrChunk,
  type Notice,
  type ReferenceSignature,
  ShapeError,
} from "@flashdeconv/core";
import type { NamedColumn } from "@flashdeconv/select-genes";
import type { SectionLocation } from "../stages/pipeline-tasks.js";
import type { OtherMatrix } from "../stages/reference/find-counts.js";

/** A section: spots x genes raw counts, and where the spots lie. What `openSpatial` of io-zarr returns is one. */
export interface SpatialInput {
  readonly counts: ChunkSource<CsrChunk>;
  /** One name per column of `counts`; of a repeated name the first column is used. */
  readonly geneNames: readonly string[];
  /**
   * Called once, and only where the solver looks at neighbours. Where nothing is smoothed, a CoordinateError is taken for none.
   * `onNotice` is told what was decided about them, such as which spots belong to one section.
   */
  readCoordinates(options?: {
    signal?: AbortSignal;
    onNotice?: (notice: Notice) => void;
  }): Promise<Coordinates>;
  /** Where other threads can open the same section; needed only where an executor with threads is given. */
  readonly location?: SectionLocation;
  /** The matrices that the store has beside `counts`, for advice where these are not raw counts. */
  otherMatrices?(options?: { signal?: AbortSignal }): Promise<readonly OtherMatrix[]>;
  /** The names of genes that the store has beside `geneNames`, for advice where few of these are shared. */
  readGeneColumns?(options?: { signal?: AbortSignal }): Promise<readonly NamedColumn[]>;
  /** Names a spot in messages; its number is used where this is left out. */
  readSpotName?(spot: number): Promise<string>;
}

/** Labelled single cells. What `openReference` of io-zarr returns is one. */
export interface CellReference {
  /** Cells x genes, raw counts. */
  readonly counts: ChunkSource<CsrChunk>;
  readonly geneNames: readonly string[];
  /** For each cell the number of its type in `names`, or -1 for none. */
  readonly cellTypes: { readonly codes: Int32Array; readonly names: readonly string[] };
  /** As of SpatialInput. */
  otherMatrices?(options?: { signal?: AbortSignal }): Promise<readonly OtherMatrix[]>;
  /** As of SpatialInput. */
  readGeneColumns?(options?: { signal?: AbortSignal }): Promise<readonly NamedColumn[]>;
  /** Names a cell in messages; its number is used where this is left out. */
  readCellName?(cell: number): Promise<string>;
}

/** Single cells, or their mean counts per type where those are known already. */
export type ReferenceInput = CellReference | ReferenceSignature;

export function isSignature(reference: ReferenceInput): reference is ReferenceSignature {
  return "typeNames" in reference;
}

/** The types of which the reference has cells, or means. */
export function typeNamesOf(reference: ReferenceInput): readonly string[] {
  if (isSignature(reference)) return reference.typeNames;
  const { codes, names } = reference.cellTypes;
  const used = new Set(codes);
  return names.filter((_, k) => used.has(k));
}

export function checkInputs(spatial: SpatialInput, reference: ReferenceInput): void {
  requireRows("spatial data", "spot", spatial.counts.spotCount);
  requireSame("spatial data", "gene names", spatial.geneNames.length, "columns", spatial.counts.width);
  if (isSignature(reference)) {
    requireRows("reference signature", "cell type", reference.typeNames.length);
    const expected = reference.typeNames.length * reference.geneNames.length;
    requireSame("reference signature", "values", reference.values.length, "types x genes", expected);
    return;
  }
  requireRows("reference", "cell", reference.counts.spotCount);
  requireSame("reference", "gene names", reference.geneNames.length, "columns", reference.counts.width);
  requireSame(
    "reference",
    "cell-type codes",
    reference.cellTypes.codes.length,
    "cells",
    reference.counts.spotCount,
  );
}

export function checkCoordinates({ dimension, values }: Coordinates, spotCount: number): void {
  requireSame("coordinates", "spots", values.length / dimension, "spots of the counts", spotCount);
}

function requireRows(subject: string, row: string, count: number): void {
  if (count > 0) return;
  throw new ShapeError({
    subject,
    found: `no ${row}`,
    expected: `at least one ${row}`,
    remedy: "Check that this is the right file and that filtering has left something in it.",
  });
}

function requireSame(subject: string, what: string, found: number, ofWhat: string, expected: number): void {
  if (found === expected) return;
  throw new ShapeError({
    subject,
    found: `${found} ${what}`,
    expected: `${expected}, one for each of the ${ofWhat}`,
    remedy: "The two do not belong together: read both from the same store.",
  });
}
