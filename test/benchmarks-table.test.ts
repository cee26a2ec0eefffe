import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";

const benchmarks = fileURLToPath(new URL("../benchmarks", import.meta.url));

describe("benchmarks/README.md", () => {
  it("has the tables of the files in benchmarks/results", async () => {
    expect(await makeTable("--check")).toBe(0);
  });

  it("is found out of date when a result changes, and is repaired", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flashdeconv-table-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const part of ["README.md", "results"]) {
      cpSync(join(benchmarks, part), join(folder, part), { recursive: true });
    }
    const file = join(folder, "results/real-sections.json");
    const result = JSON.parse(readFileSync(file, "utf8"));
    result.results[0].run.sweeps = 4321;
    writeFileSync(file, JSON.stringify(result));
    expect(await makeTable("--check", "--folder", folder)).toBe(1);
    expect(await makeTable("--folder", folder)).toBe(0);
    expect(await makeTable("--check", "--folder", folder)).toBe(0);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain("| 4321 |");
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
