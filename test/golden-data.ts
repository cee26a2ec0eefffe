import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type NpyArray, readNpy } from "./read-npy.js";

/** The path of a file or folder of the golden data in this repository. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`golden/${name}`, import.meta.url));
}

export function goldenArray(name: string): NpyArray {
  return readNpy(goldenPath(`expected/${name}.npy`));
}

export interface GoldenCase {
  readonly lambda: number;
  readonly objective: number;
}

/** Lambda and objective of each case, and the names of genes and types. */
export function goldenFacts(): { cases: Record<string, GoldenCase>; types: string[]; genes: string[] } {
  const { cases, types } = JSON.parse(readFileSync(goldenPath("expected/meta.json"), "utf8"));
  return { cases, types, genes: JSON.parse(readFileSync(goldenPath("expected/common_genes.json"), "utf8")) };
}
