import { OptionError } from "@flashdeconv/core";
import type { StoreAccess } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import { sameOrInside } from "@flashdeconv/stores/node/internal";

/** A place that the command line names, and the option that names it. */
export interface NamedPlace {
  readonly flag: string;
  readonly location: string;
  /** What the option was given, where that is a folder in which the place lies. */
  readonly given?: string;
  /** Whether the others are the section whose result it is: it may go into its store too. */
  readonly isResultOf?: boolean;
}

/**
 * Throws OptionError where what is written would lie on, in or around what is read, or around another output, so that writing one
 * would destroy the other.
 */
export async function refuseOverlap(
  output: NamedPlace,
  others: readonly string[],
  access: StoreAccess = {},
): Promise<void> {
  for (const other of others) {
    const isApart =
      !(await sameOrInside(output.location, other, access)) &&
      !(await sameOrInside(other, output.location, access));
    if (!isApart) throw overlapping(output, other);
  }
}

/** The same for a folder in which other things may lie: it must not be, or lie in, any of the others. */
export async function refuseInside(
  folder: NamedPlace,
  others: readonly string[],
  access: StoreAccess = {},
): Promise<void> {
  for (const other of others) {
    if (await sameOrInside(folder.location, other, access)) throw overlapping(folder, other);
  }
}

/** Where a command keeps what is not its result. */
export interface WorkFolders {
  readonly runDir?: string;
  readonly scratch?: string;
  readonly cache?: string;
}

/** Throws OptionError where one of the folders would lie in a store that is read or written. */
export async function refuseWorkFoldersInside(
  { runDir, scratch, cache }: WorkFolders,
  stores: readonly (string | undefined)[],
  access?: StoreAccess,
): Promise<void> {
  const named = stores.filter((store) => store !== undefined);
  const folders = { "--run-dir": runDir, "--scratch": scratch, "--cache": cache };
  for (const [flag, location] of Object.entries(folders)) {
    if (location !== undefined) await refuseInside({ flag, location }, named, access);
  }
}

function overlapping({ flag, location, given, isResultOf }: NamedPlace, other: string): OptionError {
  const [place, taken] = [redactUrl(location), redactUrl(other)];
  const another = given === undefined ? "Give another path" : "Give another folder";
  return new OptionError({
    option: flag,
    value: given === undefined ? place : redactUrl(given),
    rule:
      given === undefined
        ? `a path apart from ${taken}`
        : `a folder in which the result, ${place}, lies apart from ${taken}`,
    remedy: isResultOf
      ? `${another}, or use --in-place to add the result to the section's own store, where it is a Zarr store.`
      : `${another}.`,
  });
}
