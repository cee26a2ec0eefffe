import { memorySource } from "@flashdeconv/core";
import { writeAnnData } from "@flashdeconv/io-zarr";
import { memoryStore } from "@flashdeconv/stores";
import { describe, expect, it } from "vitest";
import { inspectReference, inspectSection } from "../src/inspect/inspect-inputs.js";
import type { Inspection } from "../src/inspect/inspection.js";
import { type Finding, inspectionFindings } from "../src/inspect/inspection-findings.js";
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

async function findingsOf(wording?: Wording): Promise<Finding[]> {
  const opened = await inspectSection(await section(), { layer: "counts" }, {});
  const reference = await inspectReference(
    opened,
    { typeNames: ["A", "B"], geneNames: ["Aqp4", "Cd3e", "Gad1"], values: Float64Array.of(9, 1, 0, 0, 1, 8) },
    {},
  );
  const inspection: Inspection = {
    ...{ path: "my section", called: undefined, memory: undefined },
    ...{ summary: opened.summary, layers: opened.layers, matrix: opened.matrix },
    ...{ reference, referencePath: "my reference", referenceLayers: undefined },
  };
  return inspectionFindings(inspection, wording);
}

describe("what an inspection found", () => {
  it("is told in sentences and tables, in which nothing of a terminal is", async () => {
    const findings = await findingsOf();
    const lines = findings.filter((finding) => typeof finding === "string");
    expect(lines[0]).toBe("my section: AnnData in Zarr v2, consolidated, 2 rows x 3 genes");
    expect(lines).toContain("X is missing; raw counts are in layer counts");
    expect(lines.join("\n")).toContain("Values of layers/counts: raw counts: whole numbers of at least 0");
    expect(lines.join("\n")).not.toMatch(/--[a-z]|`/);
    // What does not show is shown.
    expect(lines).toContain("Genes: Gad1, Aqp4, Cd3e\\u202e");
    const tables = findings.filter((finding) => typeof finding !== "string");
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
    expect(await findingsOf(wording)).toContain(
      "X is missing; raw counts are in the control Layer, set to counts",
    );
  });
});
