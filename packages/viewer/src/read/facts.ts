import { type Hierarchy, join, readUns } from "@flashdeconv/io-zarr/arrays/internal";
import { hasNode } from "./root.js";

/** What is to be known before maps are believed, and how they are to be read. */
export interface Facts {
  /** Micrometres per unit of the positions, where the run knew. */
  readonly micrometersPerUnit: number | undefined;
  /** The judgement of the reference, the worst of all sections; "unknown" where nobody judged it. */
  readonly level: "green" | "amber" | "red" | "unknown";
  /** The judgement in the run's words. */
  readonly levelText: string | undefined;
  /** Whether shares are of cells; of RNA otherwise. */
  readonly isOfCells: boolean;
  readonly isConverged: boolean;
  readonly version: string | undefined;
  readonly method: string | undefined;
  /** Types that nothing could find. */
  readonly silentTypes: readonly string[];
  readonly notices: readonly string[];
}

const LEVELS = ["green", "amber", "red"] as const;
/** More sections than this are not asked one by one. */
const MOST_SECTIONS = 32;

export async function readFacts(hierarchy: Hierarchy, key: string, signal?: AbortSignal): Promise<Facts> {
  const parameters = join("uns", `${key}_params`);
  const reading = { hierarchy, signal, elementCount: 0, bytes: 0 };
  const read = async (group: string, name: string): Promise<unknown> =>
    (await hasNode(hierarchy, group, name)) ? readUns(reading, join(group, name)) : undefined;
  const of = (name: string) => read(parameters, name);
  const [scale, amount, converged, version, method, silent, messages, judgements] = await Promise.all([
    of("micrometers_per_unit"),
    of("amount"),
    of("converged"),
    of("version"),
    of("method"),
    of("silent_types"),
    read(join("uns", `${key}_notices`), "message"),
    judgementsIn(hierarchy, parameters, read),
  ]);
  const worst = judgements.reduce<Judgement | undefined>(
    (one, other) =>
      one === undefined || LEVELS.indexOf(other.level) > LEVELS.indexOf(one.level) ? other : one,
    undefined,
  );
  return {
    micrometersPerUnit: typeof scale === "number" && scale > 0 ? scale : undefined,
    level: worst?.level ?? "unknown",
    levelText: worst?.text,
    isOfCells: amount === "cells",
    isConverged: converged !== false,
    version: textOf(version),
    method: textOf(method),
    silentTypes: textsOf(silent),
    notices: textsOf(messages),
  };
}

interface Judgement {
  readonly level: (typeof LEVELS)[number];
  readonly text: string | undefined;
}

async function judgementsIn(
  hierarchy: Hierarchy,
  parameters: string,
  read: (group: string, name: string) => Promise<unknown>,
): Promise<Judgement[]> {
  const sections = join(parameters, "sections");
  const names = (await hasNode(hierarchy, parameters, "sections")) ? await hierarchy.children(sections) : [];
  const groups = [parameters, ...(names ?? []).slice(0, MOST_SECTIONS).map((name) => join(sections, name))];
  const found = await Promise.all(
    groups.map(async (group) => {
      if (!(await hasNode(hierarchy, group, "reference_score"))) return [];
      const score = join(group, "reference_score");
      const [level, text] = await Promise.all([read(score, "level"), read(score, "text")]);
      const known = LEVELS.find((one) => one === level);
      return known ? [{ level: known, text: textOf(text) }] : [];
    }),
  );
  return found.flat();
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
