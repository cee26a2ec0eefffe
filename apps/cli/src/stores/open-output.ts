import { OptionError } from "@flashdeconv/core";
import { type CreateStoreOptions, createStore, editStore } from "@flashdeconv/io-zarr/node";
import type { StagedStore, StoreAccess } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { LockOptions } from "@flashdeconv/stores/node/internal";
import { tellPlace } from "../plugins/call-clock.js";
import { refuseFileName } from "./refuse-file-name.js";
import { refuseInside, refuseOverlap } from "./refuse-overlap.js";

export interface OutputRequest {
  /** The store that is read, and with `inPlace` written to as well. */
  readonly input: string;
  /** Whether that is a section, which can take the result as well. */
  readonly isSection?: boolean;
  /** Other paths that are read. */
  readonly alsoRead: readonly string[];
  readonly out?: string;
  /** The option that names `out`; --out by default. */
  readonly flag?: string;
  /** The folder that --out-dir names, where `out` lies in it. */
  readonly outDir?: string;
  readonly inPlace?: boolean;
  /** A table to be added to the container that is read. */
  readonly newTable?: string;
  /** The table of the container that is read; undefined for an AnnData store. */
  readonly tablePath?: string;
  readonly overwrite?: boolean;
  /** Which stores that replaces: those of flashdeconv but conversions ("own"), by default. */
  readonly replaceable?: CreateStoreOptions["replaceable"];
  /** How an output in an object store is reached. */
  readonly access?: StoreAccess;
  readonly lock?: LockOptions;
}

/**
 * Opens what a run writes to, before anything is read, so that a bad path costs no time.
 *
 * @throws OptionError unless exactly one of `out`, `inPlace` and `newTable` is given, or if `out` would destroy an input; StoreError
 *   where the path is taken or cannot be written to
 */
export async function openOutput(request: OutputRequest): Promise<StagedStore> {
  const { input, out, outDir, inPlace, newTable, tablePath, overwrite, replaceable = "own" } = request;
  const { flag = outDir === undefined ? "--out" : "--out-dir", access, lock } = request;
  const given = [out !== undefined, inPlace === true, newTable !== undefined].filter(Boolean);
  if (given.length !== 1) {
    throw new OptionError({
      option: "--out",
      value: out && redactUrl(out),
      rule: "either --out with a new store, or --in-place, or --new-table",
      remedy: "Give one of them.",
    });
  }
  if (newTable !== undefined && tablePath === undefined) {
    throw new OptionError({
      option: "--new-table",
      value: newTable,
      rule: "no new table for an AnnData store, which holds one section",
      remedy: "Give the path of a SpatialData store, or write to --out.",
    });
  }
  if (out === undefined) {
    tellPlace({ kind: "edited store", path: input });
    return editStore(input, { group: newTable === undefined ? tablePath : "tables", lock });
  }
  refuseFileName({ flag, location: out });
  await refuseInputs({ ...request, out, flag });
  if (access?.cache !== undefined) await refuseInside({ flag: "--cache", location: access.cache }, [out]);
  tellPlace({ kind: "new store", path: out });
  return createStore(out, { overwrite, replaceable, makeFolders: true, access, lock });
}

/** Throws OptionError where an output would destroy what is read. */
export async function refuseInputs({
  out,
  outDir,
  flag = outDir === undefined ? "--out" : "--out-dir",
  ...request
}: OutputRequest & { readonly out: string }): Promise<void> {
  const { input, isSection, alsoRead, access } = request;
  const place = { flag, location: out, given: outDir };
  await refuseOverlap({ ...place, isResultOf: isSection }, [input], access);
  await refuseOverlap(place, alsoRead, access);
}
