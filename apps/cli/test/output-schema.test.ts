import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ErrorTag } from "@flashdeconv/core";
import { SPOT_STATUSES, type StageName } from "@flashdeconv/pipeline";
import { MEANS_VERDICTS } from "@flashdeconv/pipeline/internal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyAnnData } from "../../../packages/io-zarr/test/read-tiny-anndata.js";
import { remoteServer } from "../../../packages/stores/test/remote-server.js";
import { fromFolder } from "../../../packages/stores/test/remote-tools.js";
import schema from "../output.schema.json" with { type: "json" };
import { COMMAND_NAMES } from "./commands.js";
import { addColumn, putInto } from "./gene-columns.js";
import { faultFinder, outputName, type Schema } from "./output-faults.js";
import { type CliOptions, runCli } from "./run-cli.js";
import { writeContainer } from "./small-container.js";
import {
  meanCounts,
  relabelled,
  SMALL_TYPES,
  smallStores,
  writeCells,
  writeSection,
} from "./small-stores.js";
import { sectionCodes, writeTheirCells, writeTwoSections } from "./two-sections.js";
import { writePage } from "./view-tools.js";

interface Output {
  readonly name: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Keyword of a schema by which a test hears of the keys that are met. */
const MET = "met";

const stores = smallStores();
const outputs: Output[] = [];
let folder = "";
const at = (name: string) => join(folder, name);

/** Runs a command with `--json` and keeps what it printed. */
async function print(code: number, args: readonly string[], options?: CliOptions): Promise<void> {
  const ended = await runCli([...args, "--json", "--quiet"], options);
  expect(ended.code, ended.stdout + ended.stderr).toBe(code);
  outputs.push({ name: outputName(args, code), json: JSON.parse(ended.stdout) });
}

/** Each command in the ways that bring out every key it may print. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-schema-"));
  await runAndSolve();
  await inspectOddStores();
  await print(0, ["simulate", at("tissue"), "--spots", "60", "--genes", "50", "--types", "3"]);
  await print(0, ["export", at("out"), at("out.csv")]);
  for (const by of [[], ["--by", "obs:flashdeconv_dominant"]])
    await print(0, ["expression", at("out"), ...by, "--out", at(`expression${by.length}.zarr`)]);
  for (let i = 0; i < 2; i++) await print(0, ["convert", stores.spatial, at("converted.zarr")]);
  await print(0, ["signature", stores.reference, "--out", at("signature.csv")]);
  await print(0, ["report", at("out"), "--out", at("page.html"), "--png", at("png")]);
  await print(0, ["index", at("several")]);
  const viewing = ["--no-open", "--for", "0.1s"];
  await print(0, ["view", at("out"), ...viewing], { pageFolder: await writePage(folder) });
  await print(0, ["view", at("out"), "--vitessce", at("vitessce.json")]);
  await print(0, ["check", stores.reference, "--spatial", stores.spatial, "--out", at("merges.json")]);
  await print(0, ["check", at("signature.csv")]);
  const twins = relabelled((name, before) => (before % 2 === 0 ? `${name} twin` : name));
  await print(0, ["check", await writeCells(at("twins"), twins)]);
  await print(0, ["evaluate", at("out"), "--truth", stores.spatial]);
  const sure = ["run", stores.spatial, "--reference", stores.reference, "--out", at("sure"), "--intervals"];
  await print(0, [...sure, "--no-report"]);
  await print(0, ["evaluate", at("sure"), "--truth", stores.spatial]);
  await stages();
  await print(0, ["demo", "--dir", at("demo"), "--spots", "60"]);
  await fail();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function runAndSolve(): Promise<void> {
  const ofHere = ["run", stores.spatial, "--reference", stores.reference];
  await print(0, [...ofHere, "--out", at("out"), "--save-stats", at("stats")]);
  await print(0, [...ofHere, "--out", at("out"), "--save-stats", at("stats"), "--resume"]);
  await print(0, [...ofHere, "--out", at("poisson"), "--method", "poisson"]);
  await print(0, [...ofHere, "--out", at("few"), "--max-types", "2"]);
  const beside = await writeSection(at("beside.zarr"));
  await print(0, [
    "run",
    stores.spatial,
    beside,
    "--reference",
    stores.reference,
    "--out-dir",
    at("several"),
  ]);
  await print(0, [...ofHere, "--out", at("article"), "--method", "flashdeconv", "--use-scratch", "always"]);
  const codes = await sectionCodes();
  const slide = { kind: "categorical", name: "slide", codes, categories: ["lower", "upper"] } as const;
  const divided = await writeTwoSections(at("sections"), { obs: [slide] });
  const cells = await writeTheirCells(at("their-cells"));
  const both = ["run", divided, "--reference", cells, "--section-key", "slide", "--out", at("divided")];
  await print(0, both);
  await print(0, [...both, "--resume"]);
  const server = await remoteServer({ read: fromFolder(stores.folder) });
  await print(0, ["stage", "plan", ...both.slice(1, -1), at("apart"), "--run-dir", at("work-apart")]);
  const [section, farCells] = ["spatial", "reference"].map((name) => `${server.url}/${name}.zarr`);
  await print(0, ["run", section, "--reference", farCells, "--out", at("far")]);
  await server.close();
  await print(0, ["solve", at("stats"), "--out", at("solved")]);
  const tree = ["type,lineage", ...SMALL_TYPES.map((name, k) => `${name},${k < 2 ? "Upper" : "Lower"}`)];
  await writeFile(at("tree.csv"), tree.join("\n"));
  await print(0, [...ofHere, "--out", at("levels"), "--hierarchy", at("tree.csv")]);
  await print(0, ["solve", at("stats"), "--out", at("solved-levels"), "--hierarchy", at("tree.csv")]);
}

async function stages(): Promise<void> {
  const work = at("work");
  const inputs = [stores.spatial, "--reference", stores.reference, "--method", "weighted"];
  const plan = ["stage", "plan", ...inputs, "--out", at("staged"), "--run-dir", work, "--no-report"];
  await print(0, plan);
  for (const stage of ["prepare", "survey", "choose", "summarize", "solve", "write"]) {
    const piece = stage === "survey" || stage === "summarize" ? ["--piece", "1"] : [];
    for (let i = 0; i < 2; i++) await print(0, ["stage", stage, work, ...piece]);
  }
  await print(0, plan);
  await print(2, ["stage", "refine", work, "--piece", "1"]);
}

async function inspectOddStores(): Promise<void> {
  await print(0, ["inspect", stores.spatial, "--reference", stores.reference]);
  await print(0, ["inspect", stores.spatial, "--max-memory", "1MB"]);
  const lines = (await meanCounts()).geneNames.map((gene, g) => `${gene},${g % 7},${g % 5}`);
  await writeFile(at("means.csv"), ["gene,A,B", ...lines].join("\n"));
  await print(0, ["inspect", stores.spatial, "--reference", at("means.csv")]);

  const symbols = Array.from({ length: 120 }, (_, gene) => `Symbol${gene}`);
  await addColumn(await writeSection(at("symbols")), "var", "symbol", symbols);
  const cells = await writeCells(at("cells"), {
    contents: (contents) => ({ ...contents, geneNames: ["GENE_000", ...symbols.slice(1)] }),
  });
  await print(0, ["inspect", at("symbols"), "--reference", cells]);

  await putInto(at("candidates"), tinyAnnData([[1.5], [2]]));
  await rm(join(at("candidates"), "obsm"), { recursive: true, force: true });
  await addColumn(at("candidates"), "obs", "center_x", [1, 2]);
  await addColumn(at("candidates"), "obs", "center_y", [1, 2]);
  await print(0, ["inspect", at("candidates")]);

  await cp(stores.spatial, at("broken"), { recursive: true });
  await mkdir(join(at("broken"), "layers"), { recursive: true });
  await writeFile(join(at("broken"), "layers", ".zgroup"), '{"zarr_format": 2}');
  await mkdir(join(at("broken"), "layers", "odd"));
  await writeFile(join(at("broken"), "layers", "odd", ".zgroup"), '{"zarr_format": 2}');
  await rm(join(at("broken"), ".zmetadata"), { force: true });
  await print(0, ["inspect", at("broken")]);

  await print(0, ["inspect", at("sections"), "--section-key", "slide"]);
  await writeContainer(at("container"), 3);
  await print(0, ["inspect", at("container")]);
}

async function fail(): Promise<void> {
  await print(2, ["run", stores.spatial]);
  await print(2, ["inspect", at("nowhere")]);
  await print(2, ["simulate", at("x"), "--spots", "-1"]);
  await print(2, ["evaluate", at("out"), "--truth", at("out")]);
  await print(2, ["solve", stores.spatial, "--out", at("y")]);
  await print(2, ["demo", "--dir", folder]);
  await print(2, ["no-such-command"]);
  const signal = AbortSignal.abort();
  await print(130, ["run", stores.spatial, "--reference", stores.reference, "--out", at("z")], { signal });
}

/** A copy of the schema that tells which of its keys are met, and all keys that it has. */
function watched() {
  const keys: string[] = [];
  const watch = (part: unknown, path: string): unknown => {
    if (Array.isArray(part)) return part.map((inner, at) => watch(inner, `${path}/${at}`));
    if (typeof part !== "object" || part === null) return part;
    const entries = Object.entries(part).map(([name, inner]) => [name, watch(inner, `${path}/${name}`)]);
    if (!/\/properties\/[^/]+$/.test(path)) return Object.fromEntries(entries);
    keys.push(path);
    return { ...Object.fromEntries(entries), [MET]: path };
  };
  const copy = watch(schema, "") as Schema;
  return { copy, keys };
}

/** The values with one more key in one of their objects, and those with one key less. */
function changes(value: unknown): { more: unknown[]; less: unknown[] } {
  const all: { more: unknown[]; less: unknown[] } = { more: [], less: [] };
  if (typeof value !== "object" || value === null) return all;
  if (!Array.isArray(value)) all.more.push({ ...value, extra: 1 });
  for (const [key, inner] of Object.entries(value)) {
    const put = (changed: unknown) =>
      Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
    const { more, less } = changes(inner);
    all.more.push(...more.map(put));
    // Stages and stores that were not used are left out.
    if (key !== "stages" && key !== "transfer") all.less.push(...less.map(put));
    if (Array.isArray(value)) break;
    const { [key]: _, ...rest } = value as Record<string, unknown>;
    all.less.push(rest);
  }
  return all;
}

describe("the schema of what --json prints", () => {
  it("describes every output, by its command's name and as a whole", () => {
    const findFaults = faultFinder();
    for (const { name, json } of outputs) expect(findFaults(name, json), name).toBe("");
    expect(new Set(outputs.map(({ name }) => name))).toEqual(new Set([...COMMAND_NAMES, "failure"]));
  });

  it("has no key that no command prints", () => {
    const { copy, keys } = watched();
    const met = new Set<string>();
    const findFaults = faultFinder(copy, { [MET]: (path) => met.add(path) });
    for (const { name, json } of outputs) expect(findFaults(name, json), name).toBe("");
    expect(keys.length).toBeGreaterThan(100);
    expect(keys.filter((key) => !met.has(key)).join("\n")).toBe("");
  });

  it("refuses a key more or less anywhere in an output", () => {
    const findFaults = faultFinder();
    for (const { name, json } of outputs) {
      const { more, less } = changes(json);
      for (const changed of [...more, ...less])
        expect(findFaults(name, changed), JSON.stringify(changed)).not.toBe("");
    }
  });

  it("names all kinds of errors, stages and answers", () => {
    const tags: Record<ErrorTag | "UsageError" | "Interrupted" | "InternalError", true> = {
      StoreError: true,
      FormatError: true,
      CountError: true,
      CoordinateError: true,
      GeneMismatchError: true,
      ShapeError: true,
      OptionError: true,
      MemoryPlanError: true,
      SolverError: true,
      WorkerError: true,
      UsageError: true,
      Interrupted: true,
      InternalError: true,
    };
    const stages: Record<StageName | "open", true> = {
      open: true,
      reference: true,
      genes: true,
      types: true,
      score: true,
      unexplained: true,
      smoothing: true,
      intervals: true,
      statistics: true,
      graph: true,
      "first-solve": true,
      refine: true,
      solve: true,
      write: true,
    };
    const { failure, resources, transfer, run_result: run } = schema.$defs;
    expect(failure.properties.error.properties.tag.enum.toSorted()).toEqual(Object.keys(tags).toSorted());
    for (const { properties } of [resources, transfer]) {
      expect(properties.stages.propertyNames.enum).toEqual(Object.keys(stages));
    }
    expect(Object.keys(run.properties.spot_statuses.properties)).toEqual([...SPOT_STATUSES]);
    const [means] = schema.$defs.reference.properties.means.anyOf;
    expect(means.properties?.verdict.enum).toEqual([...MEANS_VERDICTS]);
  });

  it("is shipped and linked from the README", () => {
    const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
    expect(JSON.parse(read("package.json")).files).toContain("output.schema.json");
    expect(read("README.md")).toContain("(output.schema.json)");
  });
});
