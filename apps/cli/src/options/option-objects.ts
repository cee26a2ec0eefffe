import { OptionError } from "@flashdeconv/core";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { Option } from "commander";

/** What some options are about, and what is said where it is not there. */
const OBJECTS = {
  url: "a URL among the stores: all of them are paths of this machine",
  bucket: "an s3://, gs:// or az:// URL among the stores",
  s3: "an s3:// URL among the stores",
  cache: "a folder to keep it in, with --cache",
  cells:
    "a reference of single cells: a table of mean counts has neither layers nor columns of cells and genes",
  reference: "a reference to look at, with --reference",
  zarr: "a Zarr store at --out: no other format has such versions",
  annData: "a result in AnnData: in a table each type is a column by itself",
  report: "a report: none is made with --in-place and --new-table, or behind URLs",
  newStore: "no version with --in-place and --new-table, which keep the store's own",
  scratch: "files on scratch, which --use-scratch never rules out",
  plugin: "a solver of your own, with --solver",
  resultStore: "a store among the results: a table has one set of proportions, without a key",
  truthStore: "a store with the truth: a table has one set of proportions, without a key",
} as const;

export type ObjectName = keyof typeof OBJECTS;

/** What each such option is about, all of which must be there. An option that is not here is looked at always. */
export const OBJECTS_OF: Readonly<Record<string, readonly ObjectName[]>> = {
  "--endpoint-url": ["bucket"],
  "--region": ["s3"],
  "--profile": ["s3"],
  "--anonymous": ["bucket"],
  "--no-sign-request": ["bucket"],
  "--cache": ["url"],
  "--cache-size": ["url", "cache"],
  "--max-requests": ["url"],
  "--max-attempts": ["url"],
  "--stall-timeout": ["url"],
  "--reference-layer": ["reference", "cells"],
  "--cell-type-key": ["reference", "cells"],
  "--labels": ["reference", "cells"],
  "--reference-gene-key": ["reference", "cells"],
  "--zarr-format": ["newStore", "zarr"],
  "--obs-columns": ["annData"],
  "--no-report": ["report"],
  "--scratch": ["scratch"],
  "--solver-timeout": ["plugin"],
  "--key": ["resultStore"],
  "--truth-key": ["truthStore"],
};

/**
 * Refuses options that have nothing to be about, before anything is read: what is asked for is never ignored. Objects that are left
 * out are taken to be there.
 */
export function refuseWithoutObject(flags: object, objects: Partial<Record<ObjectName, boolean>>): void {
  for (const [flag, names] of Object.entries(OBJECTS_OF)) {
    const value = (flags as Record<string, unknown>)[new Option(flag).attributeName()];
    const isGiven = flag.startsWith("--no-") ? value === false : value !== undefined;
    const missing = isGiven ? names.find((name) => objects[name] === false) : undefined;
    if (missing === undefined) continue;
    throw new OptionError({
      option: flag,
      value: typeof value === "string" ? redactUrl(value) : value,
      rule: OBJECTS[missing],
      remedy: "Leave it out.",
    });
  }
}

/** Which of the objects that lie behind a network there are among the places of a command. */
export function remoteObjects(
  places: readonly (string | undefined)[],
  { cache }: { readonly cache?: string },
): Partial<Record<ObjectName, boolean>> {
  const far = places.filter((place) => place !== undefined).filter(isRemote);
  return {
    url: far.length > 0,
    bucket: far.some((place) => /^(s3|gs|az):/i.test(place)),
    s3: far.some((place) => /^s3:/i.test(place)),
    cache: cache !== undefined,
  };
}
