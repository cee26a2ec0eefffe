import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addColumn } from "./gene-columns.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();
let folder = "";
const at = (name: string) => join(folder, name);
const NAMES = Array.from({ length: 120 }, (_, i) => `gene_${String(i).padStart(3, "0")}`);
const IDS = NAMES.map((_, i) => `ENSG${String(i).padStart(11, "0")}`);

/** Sides whose index holds Ensembl ids and whose column feature_name the symbols, and a table of means by symbol. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-genes-"));
  const byId = { contents: <T extends object>(contents: T) => ({ ...contents, geneNames: IDS }) };
  for (const path of [await writeSection(at("section"), byId), await writeCells(at("cells"), byId)]) {
    await addColumn(path, "var", "feature_name", NAMES);
    await addColumn(
      path,
      "var",
      "length",
      NAMES.map((_, i) => 0.5 + i),
    );
    await addColumn(
      path,
      "var",
      "feature_type",
      NAMES.map(() => "Gene Expression"),
    );
    await addColumn(
      path,
      "var",
      "holes",
      NAMES.map((name, i) => (i % 2 === 0 ? name : "nan")),
    );
    await addColumn(
      path,
      "var",
      "twice",
      NAMES.map((_, i) => NAMES[i - (i % 2)]),
    );
  }
  const rows = ["A", "B", "C", "D"].map((type, k) =>
    [type, ...NAMES.map((_, i) => (i % 4 === k ? 9 : 1))].join(","),
  );
  await writeFile(at("means.csv"), `type,${NAMES.join(",")}\n${rows.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(section: string, reference: string, ...more: string[]) {
  const out = join(await temporaryFolder(), "out");
  const options = ["--reference", reference, "--out", out, "--smoothing", "10", ...more];
  const ended = await runCli(["run", section, ...options, "--json"]);
  return { ...ended, out, json: JSON.parse(ended.stdout) };
}

async function proportionsOf(out: string) {
  return (await collect((await readObsm(await openStore(out), "flashdeconv")).values)).values;
}

describe("--gene-key and --reference-gene-key", () => {
  it.each<[string, () => [string, string], string[]]>([
    ["of the section", () => [at("section"), stores.reference], ["--gene-key", "feature_name"]],
    ["of the reference", () => [stores.spatial, at("cells")], ["--reference-gene-key", "feature_name"]],
    [
      "of both",
      () => [at("section"), at("cells")],
      ["--gene-key", "feature_name", "--reference-gene-key", "feature_name"],
    ],
  ])("%s give the bits of a store with these names in its index", async (_, sides, options) => {
    const usual = await run(stores.spatial, stores.reference);
    const named = await run(...sides(), ...options);
    expect(named.code, named.stdout).toBe(0);
    expect(await proportionsOf(named.out)).toEqual(await proportionsOf(usual.out));
  });

  it("serve a table of means too", async () => {
    expect((await run(at("section"), at("means.csv"), "--gene-key", "feature_name")).code).toBe(0);
  });

  it("leave genes without a name out, and take the first of a repeated name, with notices", async () => {
    const holes = await run(at("section"), stores.reference, "--gene-key", "holes");
    expect(holes.code, holes.stdout).toBe(0);
    expect(holes.json.notices).toContainEqual({
      code: "unnamed-genes",
      message: "Without a name in var/holes: 60 of 120 genes, left out.",
    });
    const twice = await run(at("section"), stores.reference, "--gene-key", "twice");
    expect(twice.json.notices.map(({ code }: { code: string }) => code)).toContain("duplicate-genes-spatial");
  });

  it.each<[string[], RegExp]>([
    [["--gene-key", "nowhere"], /option --gene-key: .*a column of var.*Columns of var: feature_name, length/],
    [["--gene-key", "length"], /option --gene-key: .*not of measurements/],
    [["--gene-key", "feature_type"], /option --gene-key: .*1 value for 120 genes/],
    [["--reference-gene-key", "nowhere"], /option --reference-gene-key: .*a column of var/],
  ])("given as %j are refused", async (options, message) => {
    const { code, json } = await run(at("section"), at("cells"), ...options);
    expect(code).toBe(2);
    expect(json.error.message).toMatch(message);
  });

  it("are refused for a table of means, which names its genes itself", async () => {
    const { code, json } = await run(stores.spatial, at("means.csv"), "--reference-gene-key", "feature_name");
    expect(code).toBe(2);
    expect(json.error.message).toMatch(/option --reference-gene-key: .*a table of mean counts/);
  });
});

describe("names that do not match", () => {
  it.each<[string, () => [string, string], string]>([
    [
      "the section",
      () => [at("section"), stores.reference],
      "With --gene-key feature_name and the index of the reference",
    ],
    [
      "the reference",
      () => [stores.spatial, at("cells")],
      "With the index of the spatial data and --reference-gene-key feature_name",
    ],
    [
      "the section, beside a table,",
      () => [at("section"), at("means.csv")],
      "With --gene-key feature_name and the index of the reference",
    ],
  ])(
    "but would by a column of %s are told of with the option, by run and by inspect",
    async (_, sides, advice) => {
      const refused = await run(...sides());
      expect(refused.code).toBe(2);
      expect(refused.json.error.message).toContain(`${advice}, 120 genes would be shared.`);
      const [section, reference] = sides();
      const inspected = await runCli(["inspect", section, "--reference", reference]);
      expect(inspected.stdout).toContain(`${advice}, 120 genes would be shared.`);
    },
  );

  it("in inspect's JSON come with the number of genes for each pair of columns", async () => {
    const { stdout } = await runCli(["inspect", at("section"), "--reference", stores.reference, "--json"]);
    expect(JSON.parse(stdout).reference.gene_columns).toEqual([
      { gene_key: "feature_name", reference_gene_key: null, shared_gene_count: 120 },
      { gene_key: "holes", reference_gene_key: null, shared_gene_count: 60 },
      { gene_key: "twice", reference_gene_key: null, shared_gene_count: 60 },
    ]);
    const matched = [
      "inspect",
      at("section"),
      "--reference",
      stores.reference,
      "--gene-key",
      "feature_name",
      "--json",
    ];
    expect(JSON.parse((await runCli(matched)).stdout).reference).toMatchObject({
      shared_gene_count: 120,
      gene_columns: [],
    });
  });

  it("but for their spelling are told of, in part too, and never matched", async () => {
    const section = await writeSection(join(await temporaryFolder(), "section"), {
      contents: (contents) => ({
        ...contents,
        geneNames: NAMES.map((name, i) => (i < 30 ? name.replace("_", "-") : name)),
      }),
    });
    const { json } = await run(section, stores.reference);
    expect(json.notices).toContainEqual({
      code: "gene-spelling",
      message: expect.stringMatching(
        /^30 more genes \(25 % of the smaller side\).*hyphens.*"gene-000".*"gene_000"/,
      ),
    });
    const { stdout } = await runCli(["inspect", section, "--reference", stores.reference, "--json"]);
    expect(JSON.parse(stdout).reference).toMatchObject({
      shared_gene_count: 90,
      gene_spellings: [
        {
          difference: expect.stringContaining("hyphens"),
          gained_gene_count: 30,
          example: ["gene-000", "gene_000"],
        },
      ],
    });
  });
});
