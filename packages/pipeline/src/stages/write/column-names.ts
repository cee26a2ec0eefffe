import { safeNames } from "@flashdeconv/io-zarr/internal";
import type { NoticeList } from "../../contracts/notices.js";
import { OBS_TABLES } from "../table-names.js";

/** Names that a notice shows. */
const MOST_SHOWN = 5;

/** The names of the columns of a result's types: `obsm/<key>` has them as they are, obs behind `<key>_`. */
export function columnNamesOf(typeNames: readonly string[]): string[] {
  return safeNames(typeNames, { reserved: OBS_TABLES });
}

/** Says which types get columns of another name than their own. Throws as `safeNames`. */
export function noteColumnNames(typeNames: readonly string[], notices: NoticeList): void {
  const names = columnNamesOf(typeNames);
  const changed = typeNames.flatMap((type, k) => (names[k] === type ? [] : [[type, names[k]] as const]));
  if (changed.length === 0) return;
  const shown = changed
    .slice(0, MOST_SHOWN)
    .map(([type, name]) => `"${shorten(type)}" is column "${shorten(name)}"`);
  if (changed.length > MOST_SHOWN) shown.push(`${changed.length - MOST_SHOWN} more`);
  notices.add({
    code: "changed-names",
    message: `Not every type name can be a column name: ${shown.join(", ")}. The types keep their names in uns/<key>_params (cell_types beside type_columns) and in obs/<key>_dominant.`,
  });
}

function shorten(name: string): string {
  const characters = [...name];
  return characters.length <= 60 ? name : `${characters.slice(0, 59).join("")}…`;
}
