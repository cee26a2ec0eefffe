import type { ChunkSource, Coordinates, CsrChunk, NameChunk, Notice } from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";
import { compressorLike } from "../codecs/compressors.js";
import type { OutputHint } from "../write/write-options.js";
import { coordinateMemory } from "./coordinate-memory.js";
import { type GeneColumn, readGeneColumns } from "./gene-names.js";
import type { MatrixInfo } from "./matrix-info.js";
import { readNames } from "./name-source.js";
import { inStore, sourceInStore, streamInStore } from "./name-store.js";
import { openAnnData } from "./open-anndata.js";
import { resolveOpenOptions, type SpatialOptions, sourceOptions } from "./open-options.js";
import { type OtherMatrix, openOthers } from "./other-matrices.js";
import { readCoordinatesFrom, readSectionsFrom } from "./read-coordinates.js";
import { readScale } from "./read-scale.js";
import type { Sections } from "./read-sections.js";
import { notingRepeats } from "./repeated-names.js";

export interface CoordinateOptions {
  readonly signal?: AbortSignal;
  /** Told how sections were told apart; by default the one that the store was opened with. */
  readonly onNotice?: (notice: Notice) => void;
  /** Whether sections are components too; true by default. False for who divides the spots by `readSections`. */
  readonly withSections?: boolean;
}

/** Several sections of one store. */
export interface SpotSections {
  /** The column of `obs` that tells them apart. */
  readonly columnNames: readonly string[];
  /** Position in `names`, one per spot. */
  readonly codes: Int32Array;
  /** Spots without a value are a section of their own, which comes last. */
  readonly names: readonly string[];
}

/** Spatial data that lie in a store. Nothing but gene names is held; everything else is read when asked for. */
export interface SpatialDataset {
  readonly spotCount: number;
  /** In the order of the columns of `counts`; names may repeat, as they do in the store. */
  readonly geneNames: readonly string[];
  /** Rows of `var` that these are, where other features are left out; undefined where all of them are genes. */
  readonly geneRows: Int32Array | undefined;
  /** Spots x genes. Float32 values, or Float64 where the store has float64. Each pass reads the store again. */
  readonly counts: ChunkSource<CsrChunk>;
  readonly matrix: MatrixInfo;
  /** How results are best written, for `like` of the writers: in the section's version of Zarr, with zstd where it has that. */
  readonly outputHint: OutputHint;
  /** Where in a SpatialData container the table lies (`tables/table`); undefined for an AnnData store. */
  readonly tablePath: string | undefined;
  /**
   * Positions of all spots; where a table is about several elements of a container, or sections are told apart (`sectionKey`), the
   * element and section of each spot as its component. Throws CoordinateError where there are none or some are not finite (naming
   * the first such spot), ShapeError where there are not as many as spots, OptionError for a key or column that is not there.
   */
  readCoordinates(options?: CoordinateOptions): Promise<Coordinates>;
  /**
   * The sections that `sectionKey` tells apart, else those of the columns whose values are the ids of `uns/spatial`; undefined where there
   * are not several. Throws OptionError for a column that is not there or cannot tell sections apart.
   */
  readSections(options?: Omit<CoordinateOptions, "withSections">): Promise<SpotSections | undefined>;
  /**
   * Bytes of memory that `readCoordinates` takes at most, its result included, where it joins shapes: a row group of Parquet is read
   * whole. 0 where coordinates are numbers by themselves. Told by metadata; reads the footers of Parquet files. Throws as
   * `readCoordinates` does for what these tell.
   */
  coordinateBytes(options?: { readonly signal?: AbortSignal }): Promise<number>;
  /**
   * Micrometres per unit of the coordinates, where they are pixels of the full image and `uns/spatial` tells the size of one; undefined
   * where nobody knows. Throws what reading the store throws.
   */
  micrometersPerUnit(options?: { readonly signal?: AbortSignal }): Promise<number | undefined>;
  /** The matrices of the store beside the one that is read: what there is to choose `layer` from. Those that cannot be read are left out. */
  otherMatrices(options?: { readonly signal?: AbortSignal }): Promise<readonly OtherMatrix[]>;
  /** The index of `var` and its columns that could name the genes: what there is to choose `geneKey` from. */
  readGeneColumns(options?: { readonly signal?: AbortSignal }): Promise<readonly GeneColumn[]>;
  /** The name of one spot; reads only the stored chunk it lies in. */
  readSpotName(index: number, options?: { readonly signal?: AbortSignal }): Promise<string>;
  /**
   * All spot names in order, as bytes. Where some repeat, `onNotice` of the options that the section was opened with is told at the end, with
   * their count; 8 bytes a spot are held for that.
   */
  spotNames(options?: { readonly signal?: AbortSignal }): AsyncIterable<NameChunk>;
}

/**
 * Opens an AnnData Zarr store (v2 or v3), or a table of a SpatialData container, with spatial counts: checks its metadata, reads
 * the gene names and no count.
 *
 * Throws FormatError where the store is damaged or of an unknown kind, ShapeError where lengths disagree or there is no
 * spot or gene, OptionError for a layer or table that is not there, StoreError where reading fails.
 */
export function openSpatial(store: ReadableStore, options: SpatialOptions = {}): Promise<SpatialDataset> {
  return inStore(store, () => openSection(store, options));
}

async function openSection(container: ReadableStore, options: SpatialOptions): Promise<SpatialDataset> {
  const resolved = resolveOpenOptions(options);
  const root = await openAnnData(container, resolved, "spot");
  const { hierarchy, matrix, rowNames, geneNames, genesPath, geneRows } = root;
  const { store } = hierarchy;
  const readSpotName: SpatialDataset["readSpotName"] = (index, { signal } = {}) =>
    inStore(store, () => rowNames.at(index, signal));
  const rootFor = ({ signal }: CoordinateOptions) => ({ ...root, hierarchy: hierarchy.withSignal(signal) });
  const readingFor = ({ signal, onNotice = resolved.onNotice }: CoordinateOptions) => ({
    spotCount: matrix.info.shape[0],
    spotName: readSpotName,
    signal,
    onNotice,
  });
  return {
    spotCount: matrix.info.shape[0],
    geneNames: await readNames(geneNames, resolved.signal),
    geneRows,
    counts: sourceInStore(store, matrix.source(sourceOptions(resolved, matrix.info))),
    matrix: matrix.info,
    outputHint: { zarrFormat: hierarchy.zarrFormat, compressor: compressorLike(matrix.info.codecs) },
    tablePath: root.container?.tablePath,
    micrometersPerUnit: ({ signal } = {}) =>
      inStore(store, () => readScale({ ...root, hierarchy: hierarchy.withSignal(signal) }, resolved, signal)),
    otherMatrices: ({ signal } = {}) =>
      inStore(store, () => openOthers(hierarchy.withSignal(signal), matrix.info.path, resolved)),
    readGeneColumns: ({ signal } = {}) =>
      inStore(store, () => readGeneColumns(hierarchy.withSignal(signal), genesPath, signal)),
    readSpotName,
    spotNames: ({ signal } = {}) =>
      streamInStore(store, notingRepeats(rowNames, { signal, onNotice: resolved.onNotice })),
    coordinateBytes: ({ signal } = {}) =>
      inStore(store, () =>
        coordinateMemory({ ...root, hierarchy: hierarchy.withSignal(signal) }, resolved, signal),
      ),
    readCoordinates: ({ withSections, ...told } = {}) =>
      inStore(store, () =>
        readCoordinatesFrom(rootFor(told), resolved, { ...readingFor(told), withSections }),
      ),
    readSections: (told = {}) =>
      inStore(store, async () => {
        const found = await readSectionsFrom(rootFor(told), resolved, readingFor(told));
        return found && withOwnName(found);
      }),
  };
}

/** Spots without a value get a name too, which no section has. */
function withOwnName({ columnNames, codes, names, withoutCount }: Sections): SpotSections {
  if (withoutCount === 0) return { columnNames, codes, names };
  let own = "(no section)";
  while (names.includes(own)) own = `(${own})`;
  return { columnNames, codes, names: [...names, own] };
}
