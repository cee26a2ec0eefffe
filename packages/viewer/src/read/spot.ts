import { join } from "@flashdeconv/io-zarr/arrays/internal";
import type { Columns } from "./fields.js";
import type { TypeTable } from "./what.js";

/** What a result says of one spot, as it is stored. */
export interface Spot {
  readonly name: string;
  /** Of each type; NaN without an answer. */
  readonly proportions: readonly number[];
  /** The type that was stored as the largest; undefined where that is not known. */
  readonly largest: number | undefined;
  /** Bounds of each, where the result has intervals. */
  readonly low: readonly number[] | undefined;
  readonly high: readonly number[] | undefined;
  /** Columns of spots: a number, or a class; undefined where it has none. */
  readonly columns: readonly { readonly name: string; readonly value: number | string | undefined }[];
}

export async function readSpot(
  { layout, values }: Columns,
  index: number,
  signal?: AbortSignal,
): Promise<Spot> {
  const { key, typeNames, storedNames, tables, columns } = layout;
  const table = async (name: TypeTable) => {
    if (!tables.has(name)) return undefined;
    const group = join("obsm", name === "" ? key : `${key}_${name}`);
    return Promise.all(storedNames.map((stored) => values.number(join(group, stored), index, signal)));
  };
  const column = async ({ name, kind }: (typeof columns)[number]) => {
    const path = join("obs", `${key}_${name}`);
    if (kind === "number") return { name, value: await values.number(path, index, signal) };
    const code = await values.number(join(path, "codes"), index, signal);
    return { name, value: (await values.categories(path, signal))[code] };
  };
  const largest = async () => {
    const path = join("obs", `${key}_dominant`);
    const categories = await values.categories(path, signal);
    if (categories.length === 0) return undefined;
    const type = typeNames.indexOf(categories[await values.number(join(path, "codes"), index, signal)]);
    return type < 0 ? undefined : type;
  };
  const [[name], stored, proportions, low, high, others] = await Promise.all([
    values.spotNames([index], signal),
    largest(),
    table(""),
    table("low"),
    table("high"),
    Promise.all(columns.map(column)),
  ]);
  return { name, proportions: proportions ?? [], largest: stored, low, high, columns: others };
}
