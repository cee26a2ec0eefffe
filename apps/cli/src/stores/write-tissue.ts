import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type AnnDataContents, type UnsObject, type WriteOptions, writeAnnData } from "@flashdeconv/io-zarr";
import { WRITTEN_AS } from "@flashdeconv/io-zarr/internal";
import { createStore } from "@flashdeconv/io-zarr/node";
import type { SimulatedTissue } from "@flashdeconv/simulate";
import { asStoreError, makeFolders } from "@flashdeconv/stores/node/internal";
import type { Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";

const SIMULATION = { [WRITTEN_AS]: "simulation" };

export interface TissuePaths {
  readonly spatial: string;
  readonly reference: string;
}

export function tissuePaths(folder: string): TissuePaths {
  return { spatial: join(folder, "spatial.zarr"), reference: join(folder, "reference.zarr") };
}

/**
 * Writes a simulated tissue as two AnnData stores: the section with coordinates and `obsm/truth`, and the reference with
 * `obs/cell_type`. Counts are drawn and written chunk by chunk. Where it fails, a folder that was made for it is removed.
 */
export async function writeTissue(
  tissue: SimulatedTissue,
  folder: string,
  { zarrFormat, overwrite }: { readonly zarrFormat?: 2 | 3; readonly overwrite?: boolean },
  terminal: Terminal,
): Promise<TissuePaths> {
  const { signal } = terminal;
  const { spatial, reference } = tissuePaths(folder);
  const firstMade = await makeFolder(folder);
  try {
    const [target, referenceTarget] = await openBoth(spatial, reference, overwrite);
    const options = (stage: string, count: number, unit: string): WriteOptions => ({
      zarrFormat,
      signal,
      onProgress: writingProgress(terminal, stage, { count, unit }),
    });
    try {
      // Neither store appears before both are whole.
      const held = { ...referenceTarget, commit: async () => undefined };
      await writeAnnData(
        held,
        referenceContents(tissue),
        options("writing the reference", tissue.reference.cellCount, "cells"),
      );
      await writeAnnData(
        target,
        sectionContents(tissue, signal),
        options("writing the section", tissue.spotCount, "spots"),
      );
      await referenceTarget.commit();
    } finally {
      // After a commit this does nothing.
      await Promise.all([target.discard(), referenceTarget.discard()]);
    }
  } catch (error) {
    if (firstMade !== undefined) await rm(firstMade, { recursive: true, force: true });
    throw error;
  }
  return { spatial, reference };
}

async function openBoth(spatial: string, reference: string, mayReplace?: boolean) {
  const replacing = { overwrite: mayReplace, replaceable: "own" } as const;
  const target = await createStore(spatial, replacing);
  try {
    return [target, await createStore(reference, replacing)] as const;
  } catch (error) {
    await target.discard();
    throw error;
  }
}

/** The first folder that had to be made, if any. */
function makeFolder(folder: string): Promise<string | undefined> {
  return asStoreError(folder, () => makeFolders(folder));
}

function sectionContents(tissue: SimulatedTissue, signal: AbortSignal): AnnDataContents {
  const { spotCount, geneNames, typeNames, counts, coordinates, truth } = tissue;
  return {
    attributes: SIMULATION,
    spotCount,
    spotNames: tissue.spotNames({ signal }),
    geneNames,
    X: counts,
    obsm: { spatial: { values: coordinates }, truth: { values: truth, columnNames: typeNames } },
    uns: { simulation: typedOptions(tissue.options) },
  };
}

/** Counts and the seed are whole numbers by their names, all else is not, whatever the values. */
function typedOptions(options: object): UnsObject {
  const isWhole = (name: string) => /Count$|^(seed|typesPerSpot|cellsPerType|spotsPerChunk)$/.test(name);
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, isWhole(name) ? BigInt(value) : value]),
  );
}

function referenceContents({ reference }: SimulatedTissue): AnnDataContents {
  const { cellCount, cellNames, geneNames, counts, cellTypes } = reference;
  const { codes, names: categories } = cellTypes;
  return {
    attributes: SIMULATION,
    spotCount: cellCount,
    spotNames: cellNames,
    geneNames,
    X: counts,
    obs: [{ kind: "categorical", name: "cell_type", codes, categories }],
  };
}
