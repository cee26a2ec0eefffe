import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";

const benchmarks = fileURLToPath(new URL("../benchmarks", import.meta.url));
const docs = fileURLToPath(new URL("../docs", import.meta.url));

describe("benchmarks/README.md, docs/accuracy.md, docs/reference-score.md, docs/unexplained.md, docs/max-types.md, docs/intervals.md and docs/cluster.md", () => {
  it("has the tables of the files in benchmarks/results", async () => {
    expect(await makeTable("--check")).toBe(0);
  });

  it("is found out of date when a result changes, and is repaired", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flashdeconv-table-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const part of ["README.md", "results"]) {
      cpSync(join(benchmarks, part), join(folder, part), { recursive: true });
    }
    for (const file of [
      "accuracy.md",
      "reference-score.md",
      "max-types.md",
      "intervals.md",
      "unexplained.md",
      "cluster.md",
    ])
      cpSync(join(docs, file), join(folder, file));
    const places = ["--folder", folder, "--docs", folder];
    const file = join(folder, "results/real-sections.json");
    const result = JSON.parse(readFileSync(file, "utf8"));
    result.results[0].run.sweeps = 4321;
    writeFileSync(file, JSON.stringify(result));
    expect(await makeTable("--check", ...places)).toBe(1);
    expect(await makeTable(...places)).toBe(0);
    expect(await makeTable("--check", ...places)).toBe(0);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain("| 4321 |");
    expect(readFileSync(join(folder, "accuracy.md"), "utf8")).not.toContain("0.4321");
    const accuracy = join(folder, "results/accuracy-development.json");
    const measured = JSON.parse(readFileSync(accuracy, "utf8"));
    measured.sets[0].methods[0].scores.mean_pearson_per_type = 0.4321;
    writeFileSync(accuracy, JSON.stringify(measured));
    expect(await makeTable("--check", ...places)).toBe(1);
    expect(await makeTable(...places)).toBe(0);
    expect(readFileSync(join(folder, "accuracy.md"), "utf8")).toContain("| 0.432/");
  });
});

/** The exit code of make-table.mjs. */
async function makeTable(...args: readonly string[]): Promise<number> {
  try {
    await promisify(execFile)(process.execPath, [join(benchmarks, "make-table.mjs"), ...args]);
    return 0;
  } catch (error) {
    return (error as { code: number }).code;
  }
}
