import { memorySource, type ReferenceSignature } from "@flashdeconv/core";
import { writeAnnData } from "@flashdeconv/io-zarr";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { type Finding, type FindingWeight, isTable } from "../src/inspect/finding.js";
import { inspectReference, inspectSection } from "../src/inspect/inspect-inputs.js";
import type { Inspection } from "../src/inspect/inspection.js";
import { inspectionFindings } from "../src/inspect/inspection-findings.js";
import type { Wording } from "../src/words/wording.js";

/** Two spots whose counts lie in a layer, and coordinates where nobody looks for them. */
async function section() {
  const store = memoryStore();
  const counts = memorySource({
    ...{ kind: "csr", spotStart: 0, spotCount: 2, width: 3 },
    ...{ indptr: Int32Array.of(0, 2, 3), indices: Int32Array.of(0, 2, 1), values: Float32Array.of(4, 2, 6) },
  } as const);
  await writeAnnData(store, {
    spotCount: 2,
    spotNames: ["a", "b"],
    geneNames: ["Gad1", "Aqp4", "Cd3e\u202e"],
    layers: { counts },
    obs: [
      { kind: "number", name: "array_col", values: Float64Array.of(0, 1) },
      { kind: "number", name: "array_row", values: Float64Array.of(0, 0) },
    ],
  });
  return store;
}

const MEANS = {
  typeNames: ["A", "B"],
  geneNames: ["Aqp4", "Cd3e", "Gad1"],
  values: Float64Array.of(9, 1, 0, 0, 1, 8),
};

async function findingsOf(wording?: Wording, means: ReferenceSignature = MEANS): Promise<Finding[]> {
  const opened = await inspectSection(await section(), { layer: "counts" }, {});
  const reference = await inspectReference(opened, means, {});
  const inspection: Inspection = {
    ...{ path: "my section", called: undefined, memory: undefined },
    ...{ summary: opened.summary, layers: opened.layers, matrix: opened.matrix },
    ...{ reference, referencePath: "my reference", referenceLayers: undefined },
  };
  return inspectionFindings(inspection, wording).flat();
}

const linesOf = (findings: readonly Finding[], ...weights: FindingWeight[]) =>
  findings.flatMap((one) =>
    isTable(one) || (weights.length > 0 && !weights.includes(one.weight)) ? [] : [one.text],
  );

describe("what an inspection found", () => {
  it("is told in sentences and tables, in which nothing of a terminal is", async () => {
    const findings = await findingsOf();
    const lines = linesOf(findings);
    expect(lines[0]).toBe("my section: AnnData in Zarr v2, consolidated, 2 rows x 3 genes");
    expect(lines).toContain("X is missing; raw counts are in layer counts");
    expect(lines.join("\n")).toContain("Values of layers/counts: raw counts: whole numbers of at least 0");
    expect(lines.join("\n")).not.toMatch(/--[a-z]|`/);
    // What does not show is shown.
    expect(lines).toContain("Genes: Gad1, Aqp4, Cd3e\\u202e");
    const tables = findings.filter(isTable);
    expect(tables.map(({ title, header, rows }) => [title, header[0], rows.length])).toEqual([
      ["Matrices", "path", 1],
      [undefined, "cell type", 2],
    ]);
  });

  it("names options as its reader does", async () => {
    const wording: Wording = {
      options: (text) => text.replace(/`layer`/g, "the control Layer, set to"),
      typed: JSON.stringify,
    };
    expect(linesOf(await findingsOf(wording))).toContain(
      "X is missing; raw counts are in the control Layer, set to counts",
    );
  });

  it("sets apart what is a reason to look before a run", async () => {
    const fitting = linesOf(await findingsOf(), "remark").join("\n");
    expect(fitting).toContain("X is missing");
    expect(fitting).not.toMatch(/Values|Coordinates|Shared genes|profile/);
    const alike = { ...MEANS, values: Float64Array.of(9, 1, 1, 18, 2, 2) };
    expect(linesOf(await findingsOf(undefined, alike), "remark").join("\n")).toMatch(
      /profile.*: "A" and "B"/,
    );
    const foreign = { ...MEANS, geneNames: ["AQP4", "CD3E", "GAD1"] };
    const remarks = linesOf(await findingsOf(undefined, foreign), "remark").join("\n");
    expect(remarks).toContain("Shared genes: 0 (0.0 % of the smaller side)");
    expect(remarks).toContain("letter case");
  });
});
