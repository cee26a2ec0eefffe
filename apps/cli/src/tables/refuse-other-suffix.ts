import { OptionError } from "@flashdeconv/core";
import { fileSuffix } from "../stores/refuse-file-name.js";
import { formatOf } from "./output-format.js";
import type { FileFormat } from "./table-formats.js";

/** Throws OptionError for a table whose name is that of another kind of file; a name without a suffix of that sort may be. */
export function refuseOtherSuffix(out: string, format: FileFormat, flag = "--out"): void {
  const suffix = fileSuffix(out);
  if (formatOf(out) === format || suffix === undefined || suffix === ".txt") return;
  throw new OptionError({
    option: flag,
    value: out,
    rule: `a name for a ${format} file, which ${suffix} is not`,
    remedy: `Give a name that ends in .${format}.`,
  });
}
