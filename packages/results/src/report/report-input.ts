import { type Coordinates, collect } from "@flashdeconv/core";
import type { AnnDataContents, Column, UnsObject } from "@flashdeconv/io-zarr";
import type { Parameters } from "@flashdeconv/pipeline";
import { describeScore, isTold, scoreIn } from "@flashdeconv/pipeline/internal";
import type { ReferenceScore, ReportInput, SpotGroups, SpotMeasure } from "@flashdeconv/report";
import { scoredSections } from "./scored-sections.js";

export interface ReportSubject {
  /** What the result is called. */
  readonly name: string;
  readonly key: string;
  /** Columns of annotation of the spots. */
  readonly regions?: ReportInput["regions"];
  readonly signal?: AbortSignal;
}

/** A result, as a store of its own would hold it, as what its report is made from. Whatever it lacks is left out. */
export async function reportInput(contents: AnnDataContents, subject: ReportSubject): Promise<ReportInput> {
  const { name, key, regions, signal } = subject;
  const { obs = [], obsm = {}, uns = {} } = contents;
  const proportions = obsm[key];
  const typeNames = proportions.columnNames ?? [];
  const parameters = groupIn(uns, `${key}_params`);
  const signature = groupIn(uns, `${key}_signature`);
  const categorical = (end: string) => groupsIn(obs.find((column) => column.name === `${key}_${end}`));
  // A solver of one's own may call its tables as it likes.
  const typeTable = (end: string) => {
    const { columnNames: names = [], values } = obsm[`${key}_${end}`] ?? {};
    const isOfTypes = names.length === typeNames.length && names.every((one, k) => one === typeNames[k]);
    return isOfTypes ? values : undefined;
  };
  const counts = obs.find((column) => column.name === `${key}_counts`);
  const scale = parameters.micrometers_per_unit;
  return {
    name,
    typeNames,
    typeColors: colorsOf(categorical("dominant")?.categories, uns[`${key}_dominant_colors`], typeNames),
    proportions: proportions.values,
    low: typeTable("low"),
    high: typeTable("high"),
    cells: typeTable("cells"),
    coordinates: await coordinatesIn(obsm.spatial, signal),
    micrometersPerUnit: typeof scale === "number" ? scale : undefined,
    statuses: categorical("status"),
    classes: categorical("class"),
    resolvedLevels: categorical("resolved_level"),
    counts: counts?.kind === "number" ? counts.values : undefined,
    measures: measuresIn(obs, key, parameters),
    regions,
    signature: {
      cellCounts: numbersIn(signature.cell_counts),
      gram: rowsIn(signature.gram, typeNames.length),
    },
    referenceScores: scoresIn(parameters),
    unexplainedGenes: unexplainedIn(parameters),
    parameters,
    notices: noticesIn(groupIn(uns, `${key}_notices`)),
    command: typeof uns[`${key}_command`] === "string" ? (uns[`${key}_command`] as string) : undefined,
  };
}

function groupIn(group: UnsObject, name: string): UnsObject {
  const value = group[name];
  const isGroup =
    typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  return isGroup ? (value as UnsObject) : {};
}

function groupsIn(column: Column | undefined): SpotGroups | undefined {
  return column?.kind === "categorical" ? column : undefined;
}

function numbersIn(value: unknown): ArrayLike<number> | undefined {
  return ArrayBuffer.isView(value) ? (value as unknown as ArrayLike<number>) : undefined;
}

function textsIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
}

function rowsIn(value: unknown, count: number): readonly ArrayLike<number>[] | undefined {
  const rows: (ArrayLike<number> | undefined)[] = Array.isArray(value) ? value.map(numbersIn) : [];
  return rows.length === count && rows.every((row) => row !== undefined) ? rows : undefined;
}

/** Scanpy's colours belong to categories, which may be in another order than the types. */
function colorsOf(
  categories: readonly string[] | undefined,
  colors: unknown,
  typeNames: readonly string[],
): readonly string[] | undefined {
  const texts = textsIn(colors);
  if (texts === undefined || categories === undefined) return undefined;
  return typeNames.map((name) => texts[categories.indexOf(name)] ?? "");
}

async function coordinatesIn(
  table: NonNullable<AnnDataContents["obsm"]>[string] | undefined,
  signal: AbortSignal | undefined,
): Promise<Coordinates | undefined> {
  if (table === undefined) return undefined;
  const { width } = table.values;
  if (width !== 2 && width !== 3) return undefined;
  const { values } = await collect(table.values, { signal });
  // Sections of one store may have no positions for some spots.
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return undefined;
  return { dimension: width, values: values instanceof Float64Array ? values : new Float64Array(values) };
}

/** What else obs says of spots under the key; not the types, which may have columns there too. */
function measuresIn(obs: readonly Column[], key: string, { type_columns: types }: UnsObject): SpotMeasure[] {
  const known = new Set(
    [...(textsIn(types) ?? []), "counts", "dominant", "status"].map((end) => `${key}_${end}`),
  );
  return obs.flatMap((column) =>
    column.kind === "number" && column.name.startsWith(`${key}_`) && !known.has(column.name)
      ? [{ name: column.name.slice(key.length + 1), values: column.values }]
      : [],
  );
}

/** The scores of all sections; results from before references were scored have none. */
function scoresIn(parameters: UnsObject): ReferenceScore[] {
  return scoredSections(parameters as Parameters).flatMap(({ name, facts }) => {
    const score = scoreIn(facts);
    if (score === undefined) return [];
    const numbers = {
      explained: score.explained,
      scrambled: score.scrambled,
      "bulk correlation": score.bulkCorrelation,
    };
    const told = Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== null);
    const text = describeScore(score);
    return [
      {
        ...(name !== undefined && { section: name }),
        level: score.level,
        // A red one is told, on whatever it rests.
        isTold: score.level === "red" || isTold(score),
        text,
        numbers: Object.fromEntries(told),
      },
    ];
  });
}

/** Of all sections that have such genes. */
function unexplainedIn({ sections, unexplained_genes: common }: UnsObject): ReportInput["unexplainedGenes"] {
  const own = Object.values(groupIn({ sections }, "sections")) as UnsObject[];
  const all = own.length > 0 ? own : [{ unexplained_genes: common }];
  return all.flatMap(({ name, unexplained_genes: genes = common }) => {
    const texts = textsIn(genes);
    return texts ? [{ ...(typeof name === "string" && { section: name }), genes: texts }] : [];
  });
}

function noticesIn({ code, message }: UnsObject): ReportInput["notices"] {
  const codes = textsIn(code) ?? [];
  return (textsIn(message) ?? []).map((text, i) => ({ code: codes[i] ?? "", message: text }));
}
