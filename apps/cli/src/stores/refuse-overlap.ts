import { OptionError } from "@flashdeconv/core";
import { redactUrl, type StoreAccess, sameOrInside } from "@flashdeconv/io-zarr/node";

/** A place that the command line names, and the option that names it. */
export interface NamedPlace {
  readonly flag: string;
  readonly location: string;
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

function overlapping({ flag, location }: NamedPlace, other: string): OptionError {
  return new OptionError({
    option: flag,
    value: redactUrl(location),
    rule: `a path apart from ${redactUrl(other)}`,
    remedy:
      flag === "--out"
        ? "Give another path, or use --in-place to add the result to the section's own store."
        : "Give another path.",
  });
}
