import { basename } from "node:path";
import { OptionError } from "@flashdeconv/core";
import { redactUrl } from "@flashdeconv/stores/internal";
import { RESULT_KINDS } from "../options/input-kinds.js";
import { isColumnTable } from "../tables/read-column-table.js";
import { isTable } from "./read-text.js";

/** Refuses a table where a result in AnnData is needed. */
export function refuseTableAsResult(result: string): void {
  if (!isTable(result) && !isColumnTable(result)) return;
  throw new OptionError({
    option: "<result>",
    value: redactUrl(result),
    rule: `${RESULT_KINDS}; a table has neither positions nor how it was made`,
    remedy: "Run again with --out result.zarr, or open the report that run wrote beside the table.",
  });
}

/** What a result is called on a page: the last part of its path or URL, without secrets. */
export function nameOfPlace(result: string): string {
  const [place] = redactUrl(result).split("?");
  return basename(place.replace(/[/\\]+$/, ""));
}
