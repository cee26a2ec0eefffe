import { OptionError } from "@flashdeconv/core";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { withoutQuery } from "../stores/without-query.js";
import { OUTPUT_FORMATS, type OutputFormat } from "./table-formats.js";

/** The format that a suffix names, if any. */
export function formatOf(location: string): OutputFormat | undefined {
  const name = withoutQuery(location).toLowerCase();
  // The longest first: a.csv.gz does not end in .csv.
  return OUTPUT_FORMATS.toSorted((a, b) => b.length - a.length).find((format) => name.endsWith(`.${format}`));
}

/**
 * The format of what is written to `out`, which `flag` names: the one that is asked for, else the one its suffix names, else Zarr.
 *
 * @throws OptionError where the two disagree, or where a file is to go behind a URL
 */
export function outputFormat(
  out: string | undefined,
  asked: OutputFormat | undefined,
  flag = "--out",
): OutputFormat {
  if (out === undefined) {
    if (asked === undefined || asked === "zarr") return "zarr";
    throw new OptionError({
      option: "--format",
      value: asked,
      rule: "zarr with --in-place and --new-table, which add to a Zarr store",
      remedy: `Leave it out, or write to --out result.${asked}.`,
    });
  }
  const named = formatOf(out);
  if (asked !== undefined && named !== undefined && asked !== named) {
    throw new OptionError({
      option: "--format",
      value: asked,
      rule: `${named} for ${redactUrl(out)}, as its name says`,
      remedy: `Leave it out, or give ${flag} another suffix.`,
    });
  }
  const format = asked ?? named ?? "zarr";
  if (format !== "zarr" && isRemote(out)) {
    throw new OptionError({
      option: flag,
      value: redactUrl(out),
      rule: `a path of this machine: a ${format} file is not written to a URL`,
      remedy: "Write to a path and copy the file, or write a .zarr there.",
    });
  }
  return format;
}
