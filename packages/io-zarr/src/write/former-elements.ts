import { OptionError } from "@flashdeconv/core";
import { readColumnOf } from "../read/column-values.js";
import { type Hierarchy, join } from "../read/hierarchy.js";

/** In `uns/<key>_params`: the paths of all that a result of the key wrote into the store, itself included. */
export const ELEMENTS_RECORD = "elements_written";

/**
 * The paths of what a result of the key wrote into an AnnData group; undefined where there is none. Its record tells, of which only
 * paths that begin with the key are believed. A result of before there were records is known by its parameters (`solver`, `version`,
 * `cell_types`): it wrote `obsm/<key>`, `obs/<key>_dominant` and `obs/<key>_status`, and `obs/<key>_<type>` where there is such a
 * column for each of its types. Colours of its column of dominant types are the result's, whoever wrote them: a plot adds them.
 */
export async function recordedElements(
  hierarchy: Hierarchy,
  key: string,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const parameters = `uns/${key}_params`;
  const texts = async (name: string) => {
    if ((await hierarchy.node(join(parameters, name))) === undefined) return undefined;
    const column = await readColumnOf(hierarchy, parameters, name, signal);
    return column.kind === "string" ? column.values.filter((text) => text !== undefined) : undefined;
  };
  const colors = `uns/${key}_dominant_colors`;
  const common = [`obsm/${key}`, parameters, colors];
  const isOwn = (path: string) =>
    common.includes(path) || ["obs", "obsm", "uns"].some((group) => path.startsWith(`${group}/${key}_`));
  const record = await texts(ELEMENTS_RECORD);
  if (record) {
    return [...new Set([...record.filter(isOwn), parameters, colors])];
  }
  const types = await texts("cell_types");
  for (const name of ["solver", "version"]) {
    if (types === undefined || (await hierarchy.node(join(parameters, name)))?.kind !== "array")
      return undefined;
  }
  const columns = (await hierarchy.node("obs"))?.attributes["column-order"];
  const ofTypes = (types ?? []).map((type) => `${key}_${type}`);
  const areThere = ofTypes.every((name) => Array.isArray(columns) && columns.includes(name));
  return [
    ...common,
    `obs/${key}_dominant`,
    `obs/${key}_status`,
    ...(areThere ? ofTypes.map((name) => `obs/${name}`) : []),
  ];
}

/**
 * The paths that a new result of the key takes away: those of the former one.
 *
 * @param paths what the new one writes
 * @throws OptionError where one of them is there and was not written by the former one
 */
export async function replacedElements(
  hierarchy: Hierarchy,
  key: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const former = (await recordedElements(hierarchy, key, signal)) ?? [];
  for (const path of paths) {
    if (former.includes(path) || (await hierarchy.node(path)) === undefined) continue;
    throw new OptionError({
      option: "key",
      value: key,
      rule: `a key that is free or holds a result of flashdeconv; ${path} was written by another program, or by hand`,
      remedy: "Choose another key, or rename what is there.",
    });
  }
  return former;
}
