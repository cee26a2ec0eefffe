import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type EntryPoint, exportsOf, type PackageSurface, readSurfaces } from "./public-surface.js";

/** The packages that share one allowance; each that is added later has one of its own. */
const SHARING = [
  "core",
  "graph",
  "io-zarr",
  "normalize",
  "pipeline",
  "select-genes",
  "simulate",
  "sketch",
  "solver",
  "solver-poisson",
  "solver-weighted",
  "stores",
];
const MOST_VALUES = 150;
const MOST_TYPES = 150;
const MOST_OF_A_LATER_PACKAGE = 14;
/** Entry points that are for the house alone. */
const MOST_INTERNAL = 13;

const surfaces = readSurfaces();
const publicOf = ({ entries }: PackageSurface) => entries.filter(({ isInternal }) => !isInternal);
const exportedBy = (entries: readonly EntryPoint[]) => entries.flatMap(({ exported }) => exported);

describe("the public surface", () => {
  const shared = surfaces.filter(({ folder }) => SHARING.includes(folder)).flatMap(publicOf);

  it("has no more values and types than a reader can learn", () => {
    expect(surfaces.map(({ folder }) => folder)).toEqual(expect.arrayContaining(SHARING));
    const exported = exportedBy(shared);
    expect(exported.filter(({ isType }) => !isType).length).toBeLessThanOrEqual(MOST_VALUES);
    expect(exported.filter(({ isType }) => isType).length).toBeLessThanOrEqual(MOST_TYPES);
  });

  it("grows little with a package", () => {
    const later = surfaces.filter(({ folder }) => !SHARING.includes(folder));
    const counts = later.map((surface) => ({
      name: surface.name,
      count: exportedBy(publicOf(surface)).length,
    }));
    expect(counts.filter(({ count }) => count > MOST_OF_A_LATER_PACKAGE)).toEqual([]);
  });

  it("has few doors that are for the house alone", () => {
    const internal = surfaces.flatMap(({ entries }) => entries).filter(({ isInternal }) => isInternal);
    expect(internal.length).toBeLessThanOrEqual(MOST_INTERNAL);
  });

  // `vitest run test/public-surface.test.ts -u` writes the files anew.
  it.each(surfaces)("of $name is the one written down", async (surface) => {
    await expect(textOf(surface)).toMatchFileSnapshot(`api/${surface.folder}.txt`);
  });
});

describe("the reader of the surface", () => {
  const read = (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), "surface-"));
    try {
      const file = join(folder, "index.ts");
      writeFileSync(file, text);
      return exportsOf(ts.createProgram([file], { strict: true, types: [] }), file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it("sees what is exported and how", () => {
    expect(
      read(`
        export interface Box { /** width */ readonly width: number }
        export type Side = "left" | "right";
        export function open(box: Box, side: Side = "left"): boolean { return box.width > 0 && side === "left"; }
        export const LIMIT = 3;
        export class Lid { constructor(readonly box: Box) {} lift(by: number) { return by; } }
        const hidden = 1;
        export { hidden as default };
      `),
    ).toEqual([
      { name: "Box", isType: true, text: "interface Box {\n    readonly width: number;\n}" },
      { name: "LIMIT", isType: false, text: "LIMIT: 3" },
      {
        name: "Lid",
        isType: false,
        text: "class Lid {\n  constructor(box: Box): Lid;\n  box: Box;\n  lift: (by: number) => number;\n}",
      },
      { name: "Side", isType: true, text: 'type Side = "left" | "right";' },
      { name: "default", isType: false, text: "default: 1" },
      { name: "open", isType: false, text: "open: (box: Box, side?: Side) => boolean" },
    ]);
  });

  it("sees an export that is added, and a signature that is changed", () => {
    const before = read("export const a = (b: number) => b;");
    expect(read("export const a = (b: number) => b; export type B = 1;")).not.toEqual(before);
    expect(read("export const a = (b: string) => b;")).not.toEqual(before);
  });
});

/** A package's entry points: signatures of what is public, names of what is for the house alone. */
function textOf({ entries }: PackageSurface): string {
  const parts = entries.map(({ specifier, isInternal, exported }) => {
    const lines = isInternal ? exported.map(({ name }) => name) : exported.map(({ text }) => text);
    return [`# ${specifier}${isInternal ? " (for the house alone: names)" : ""}`, ...lines].join("\n\n");
  });
  return `${parts.join("\n\n\n")}\n`;
}
