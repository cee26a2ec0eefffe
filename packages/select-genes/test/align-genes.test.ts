import { GeneMismatchError } from "@flashdeconv/core";
import { compareCodePoints } from "@flashdeconv/core/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignGenes } from "../src/index.js";

const names = fc.array(
  fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom("a", "B", "é", "😀", "\uff01") }),
  { minLength: 1, maxLength: 15 },
);

function mismatchMessage(spatial: readonly string[], reference: readonly string[]): string {
  try {
    alignGenes(spatial, reference);
  } catch (error) {
    expect(error).toBeInstanceOf(GeneMismatchError);
    return (error as GeneMismatchError).message;
  }
  throw new Error("the sides were aligned");
}

const numbered = (count: number, name: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => name(i));
const ensembl = (i: number) => `ENSG${String(i).padStart(11, "0")}`;

describe("alignGenes", () => {
  it("is the sorted intersection, of a repeated name the first column", () => {
    fc.assert(
      fc.property(names, names, (spatial, reference) => {
        const shared = [...new Set(spatial)].filter((name) => reference.includes(name));
        fc.pre(shared.length > 0);
        const alignment = alignGenes(spatial, reference);
        // Code-point order, by comparing arrays of code points.
        const codes = (name: string) =>
          [...name].map((c) => c.codePointAt(0)!.toString(16).padStart(6, "0")).join();
        expect(alignment.geneNames).toEqual(shared.sort((a, b) => (codes(a) < codes(b) ? -1 : 1)));
        expect([...alignment.spatialIndex]).toEqual(alignment.geneNames.map((name) => spatial.indexOf(name)));
        expect([...alignment.referenceIndex]).toEqual(
          alignment.geneNames.map((name) => reference.indexOf(name)),
        );
        expect(alignment.spatialDuplicateCount).toBe(spatial.length - new Set(spatial).size);
        expect(alignment.referenceDuplicateCount).toBe(reference.length - new Set(reference).size);
      }),
    );
  });

  it("tells of repeated names on either side", () => {
    const { notices } = alignGenes(["A", "A", "A", "B"], ["B", "B"]);
    expect(notices.map(({ code }) => code)).toEqual(["duplicate-genes-spatial", "duplicate-genes-reference"]);
    expect(notices[0].message).toMatch(/spatial data.*: 2\./);
    expect(notices[1].message).toMatch(/reference.*: 1\./);
    expect(alignGenes(["A", "B"], ["B", "C"]).notices).toEqual([]);
  });

  it("tells of few shared genes, from below a fifth of the smaller side", () => {
    const spatial = numbered(100, (i) => `Gene${i}`);
    const fifth = numbered(100, (i) => (i < 20 ? `Gene${i}` : `GENE${i}`));
    const less = numbered(100, (i) => (i < 19 ? `Gene${i}` : `GENE${i}`));
    expect(alignGenes(spatial, fifth).notices.map(({ code }) => code)).toEqual(["gene-spelling"]);
    const { notices } = alignGenes(spatial, less);
    expect(notices.map(({ code }) => code)).toEqual(["few-shared-genes"]);
    expect(notices[0].message).toContain("share only 19 of the 100");
    expect(notices[0].message).toMatch(/letter case.*100 %/);
  });
});

describe("alignGenes without a shared gene", () => {
  it("shows three names of each side", () => {
    const message = mismatchMessage(["s1", "s2", "s3", "s4"], ["r1", "r2"]);
    expect(message).toContain('4 genes ("s1", "s2", "s3", ...)');
    expect(message).toContain('2 genes ("r1", "r2")');
    expect(message).not.toContain("s4");
    expect(message).toContain("No difference of letter case");
  });

  it("stands an empty side", () => {
    expect(mismatchMessage([], ["r1"])).toContain("spatial data with 0 genes,");
  });

  it.each([
    ["letter case", numbered(50, (i) => `Gad${i}`), numbered(40, (i) => `GAD${i}`), "100 %"],
    ["version suffixes", ["Gad1.2", "Aqp4.1", "Cd3e.3"], ["Gad1", "Aqp4", "Cd3e"], "100 %"],
    ["version suffixes", numbered(50, (i) => `${ensembl(i)}.7`), numbered(100, ensembl), "100 %"],
    ["genome prefixes", numbered(50, (i) => `GRCh38_G${i}`), numbered(50, (i) => `G${i + 25}`), "50 %"],
    ["genome prefixes", numbered(50, (i) => `mm10___G${i}`), numbered(50, (i) => `hg19-G${i}`), "100 %"],
  ])("guesses %s", (cause, spatial, reference, share) => {
    const message = mismatchMessage(spatial, reference);
    expect(message).toMatch(new RegExp(`The likely cause is ${cause}[^:]*: without that ${share}`));
    expect(message).not.toMatch(/cause is [^:]* and /);
  });

  it("guesses two causes at once", () => {
    const message = mismatchMessage(
      numbered(20, (i) => `mm10_Gad${i}`),
      numbered(20, (i) => `GAD${i}`),
    );
    expect(message).toMatch(
      /cause is letter case and genome prefixes \(such as GRCh38_\): without that 100 %/,
    );
  });

  it("guesses Ensembl ids against symbols, with the share on each side", () => {
    const spatial = numbered(50, (i) => (i < 48 ? `${ensembl(i)}.2` : `Spike${i}`));
    const message = mismatchMessage(
      spatial,
      numbered(50, (i) => `Gad${i}`),
    );
    expect(message).toMatch(
      /Ensembl ids on one side and symbols on the other: 96 % of the spatial.*0 % of the ref/,
    );
  });

  it("does not strip what only looks like a prefix or a version", () => {
    const message = mismatchMessage(["NKX2-5", "RP11-34.2"], ["5", "RP11"]);
    expect(message).toContain("No difference of letter case");
  });
});

it("compares names as core does", () => {
  const { geneNames } = alignGenes(["😀", "\uff01", "b", "B"], ["B", "b", "\uff01", "😀"]);
  expect(geneNames).toEqual([...geneNames].sort(compareCodePoints));
  expect(geneNames).toEqual(["B", "b", "\uff01", "😀"]);
});
