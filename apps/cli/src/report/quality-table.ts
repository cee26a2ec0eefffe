import { open } from "node:fs/promises";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import type { Parameters } from "@flashdeconv/pipeline";
import { csvCell, type ScoredSection } from "@flashdeconv/results/internal";
import { createFile, type LockOptions } from "@flashdeconv/stores/node/internal";
import type { StoredFigures } from "./stored-figures.js";

/** Figures of one section, as the table and `--json` have them; null for what its result does not say. */
export const QUALITY_COLUMNS = [
  "section",
  "reference",
  "reference_text",
  "spots",
  "answered",
  "median_counts",
  "median_unexplained",
  "shared_genes",
  "method",
  "smoothing",
  "overdispersion",
  "sweeps",
  "converged",
  "proportion_error_estimate",
  "notices",
  "version",
] as const;

export type QualityRow = Readonly<Record<(typeof QUALITY_COLUMNS)[number], string | number | boolean | null>>;

export interface QualitySubject {
  readonly name: string;
  readonly key: string;
  readonly contents: AnnDataContents;
  readonly scores: readonly ScoredSection[];
  readonly figures: StoredFigures;
}

/** The figures of a result. A result of several sections has those that all of them have alike, and their worst score. */
export function qualityOf({ name, key, contents, scores, figures }: QualitySubject): QualityRow {
  const { uns = {} } = contents;
  const parameters = (uns[`${key}_params`] ?? {}) as Parameters;
  const score = worstOf(scores);
  const notices = (uns[`${key}_notices`] as { readonly code?: readonly string[] } | undefined)?.code ?? [];
  const own = (name: string) => plain(parameters[name]);
  return {
    section: name,
    reference: plain(score?.level),
    reference_text: plain(score?.text),
    spots: figures.spotCount,
    answered: figures.ownCount ?? null,
    median_counts: medianOf(contents, `${key}_counts`),
    median_unexplained: medianOf(contents, `${key}_unexplained`),
    shared_genes: own("shared_gene_count"),
    method: own("method"),
    smoothing: own("smoothing_used") ?? own("lambda_used"),
    overdispersion: own("overdispersion"),
    sweeps: own("sweeps"),
    converged: own("converged"),
    proportion_error_estimate: own("proportion_error_estimate"),
    notices: [...new Set(notices)].join(" "),
    version: own("version"),
  };
}

const LEVELS = ["red", "amber", "green"];

function worstOf(scores: readonly ScoredSection[]): Parameters | undefined {
  const all = scores.map(({ facts }) => facts.reference_score as Parameters | null);
  return LEVELS.map((level) => all.find((one) => one?.level === level)).find((one) => one) ?? undefined;
}

function plain(value: unknown): string | number | boolean | null {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function medianOf({ obs }: AnnDataContents, name: string): number | null {
  const column = obs?.find((one) => one.name === name);
  if (column?.kind !== "number") return null;
  const values = column.values.filter((value) => !Number.isNaN(value)).sort();
  if (values.length === 0) return null;
  const middle = (values.length - 1) / 2;
  return (values[Math.floor(middle)] + values[Math.ceil(middle)]) / 2;
}

/** The table as text: UTF-8, commas, a row per section. */
export function qualityCsv(rows: readonly QualityRow[]): string {
  const lines = rows.map((row) => QUALITY_COLUMNS.map((name) => cellOf(row[name])).join(","));
  return `${[QUALITY_COLUMNS.join(","), ...lines].join("\n")}\n`;
}

function cellOf(value: QualityRow[keyof QualityRow]): string {
  if (value === null) return "";
  if (typeof value === "string") return value === "" ? "" : csvCell(value);
  const isFraction = typeof value === "number" && !Number.isInteger(value);
  return String(isFraction ? Number(value.toPrecision(7)) : value);
}

/** Opens the file of the table. One that flashdeconv wrote is replaced, nothing else is. */
export function openQualityFile(path: string, lock: LockOptions | undefined) {
  return createFile(path, {
    overwrite: true,
    mayReplace: isQualityTable,
    describe: async () => "a file that is no such table of flashdeconv (move it away),",
    lock,
  });
}

async function isQualityTable(path: string): Promise<boolean> {
  const head = QUALITY_COLUMNS.join(",");
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(head.length + 1), 0, head.length + 1, 0);
      return buffer.toString("latin1", 0, bytesRead) === `${head}\n`;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
