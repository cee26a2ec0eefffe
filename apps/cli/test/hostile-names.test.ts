import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findRaw, HOSTILE_NAME } from "./hostile-text.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { writeCells, writeSection } from "./small-stores.js";

// "/" and a leading "." are not part of names that stores may hold.
const BAD = HOSTILE_NAME;

/** A section and a reference in which all that has a name has one that would act on a terminal. */
async function hostileStores() {
  const folder = join(await temporaryFolder(), `x${BAD.slice(0, 60)}`);
  await mkdir(folder);
  const rename = (names: unknown) => (names as readonly string[]).map((name) => `${BAD}${name}`);
  const spatial = await writeSection(join(folder, "s.zarr"), {
    contents: (contents) => ({
      ...contents,
      spotNames: rename(contents.spotNames),
      geneNames: rename(contents.geneNames),
    }),
  });
  const reference = await writeCells(join(folder, "r.zarr"), {
    contents: (contents) => ({
      ...contents,
      geneNames: rename(contents.geneNames),
      obs: (contents.obs ?? []).map((column) =>
        column.kind === "categorical" ? { ...column, categories: rename(column.categories) } : column,
      ),
    }),
  });
  return { folder, spatial, reference };
}

/** As much of it as a folder may be called. */
const FOLDER = BAD.slice(0, 60);

/** Adds what any program may have left in a store of Zarr v2: columns, layers, ids of sections, all of such names. */
async function addHostileParts(store: string): Promise<void> {
  const at = (path: string) => join(store, path);
  await rm(at(".zmetadata"), { force: true });
  const [group, attributes] = ['{"zarr_format": 2}', JSON.parse(await readFile(at("obs/.zattrs"), "utf8"))];
  const column = attributes["column-order"]?.[0] ?? attributes._index;
  await cp(at(`obs/${column}`), at(`obs/${FOLDER}`), { recursive: true });
  const columns = [...(attributes["column-order"] ?? []), FOLDER];
  await writeFile(at("obs/.zattrs"), JSON.stringify({ ...attributes, "column-order": columns }));
  await cp(at("X"), at(`layers/${FOLDER}`), { recursive: true });
  for (const path of ["layers", "uns", "uns/spatial", `uns/spatial/${FOLDER}`, `uns/spatial/${FOLDER}2`]) {
    await mkdir(at(path), { recursive: true });
    await writeFile(at(join(path, ".zgroup")), group);
  }
}

/** A container whose tables have such names. */
async function writeContainer(folder: string, table: string): Promise<string> {
  const container = join(folder, "c.zarr");
  for (const name of [FOLDER, `${FOLDER}2`]) {
    await cp(table, join(container, "tables", name), { recursive: true });
  }
  await writeFile(join(container, ".zgroup"), '{"zarr_format": 2}');
  await writeFile(join(container, "tables/.zgroup"), '{"zarr_format": 2}');
  await writeFile(join(container, ".zattrs"), '{"spatialdata_attrs": {"version": "0.1"}}');
  return container;
}

describe("names that would act on a terminal", () => {
  it("never reach it, whatever the command, and are exact in JSON", async () => {
    const { folder, spatial, reference } = await hostileStores();
    await addHostileParts(spatial);
    await addHostileParts(reference);
    const container = await writeContainer(folder, spatial);
    const out = join(folder, "o.zarr");
    const commands = [
      ["inspect", container],
      ["inspect", container, "--table", FOLDER],
      ["run", container, "--reference", reference, "--out", `${out}2`],
      ["inspect", spatial, "--layer", FOLDER],
      ["run", spatial, "--reference", reference, "--section-key", FOLDER, "--out", `${out}2`],
      [
        "run",
        spatial,
        "--reference",
        reference,
        "--spatial-columns",
        `${FOLDER},${FOLDER}`,
        "--out",
        `${out}2`,
      ],
      ["run", spatial, "--reference", reference, "--gene-key", BAD, "--out", `${out}2`],
      ["run", spatial, "--reference", reference, "--cell-type-key", FOLDER, "--out", `${out}2`],
      ["run", spatial, "--reference", reference, "--layer", FOLDER, "--out", `${out}4`, "--overwrite"],
      ["inspect", spatial, "--reference", reference],
      ["run", spatial, "--reference", reference, "--out", out],
      ["evaluate", out, "--truth", spatial],
      ["evaluate", out, "--truth", out, "--truth-key", "flashdeconv"],
      ["inspect", out],
      ["inspect", `${spatial}${BAD}`],
      ["inspect", spatial, "--layer", BAD],
      ["run", spatial, "--reference", reference, "--cell-type-key", BAD, "--out", `${out}2`],
      ["run", spatial, "--reference", reference, "--key-added", `/${BAD}`, "--out", `${out}2`],
      ["run", spatial, `--${BAD}`],
      ["solve", spatial, "--out", `${out}3`],
      ["simulate", join(folder, "made"), "--seed", BAD],
      ["demo", "--dir", folder],
      [BAD],
    ];
    for (const args of commands) {
      for (const more of [[], ["--json"]]) {
        const given =
          args.includes(out) && more.length > 0 && args[0] === "run" ? [...args, "--overwrite"] : args;
        const { stdout, stderr } = await runCli([...given, ...more]);
        const what = [args[0], ...more].join(" ");
        expect((stdout + stderr).length, what).toBeGreaterThan(0);
        for (const line of `${stdout}\n${stderr}`.split("\n")) expect(findRaw(line), what).toBeUndefined();
        expect(`${stdout}\n${stderr}`, "no line is forged").not.toMatch(/^error: forged/m);
        if (more.length > 0) JSON.parse(stdout);
      }
    }
    const told = async (...args: string[]) =>
      JSON.stringify(JSON.parse((await runCli([...args, "--json"])).stdout));
    expect(await told("inspect", container)).toContain(JSON.stringify(FOLDER).slice(1, -1));
    const seen = await told("inspect", spatial);
    expect(seen).toContain(JSON.stringify(`layers/${FOLDER}`).slice(1, -1));
    const { cell_types: types } = JSON.parse(
      (await runCli(["evaluate", out, "--truth", out, "--truth-key", "flashdeconv", "--json"])).stdout,
    );
    expect(types.map(({ name }: { name: string }) => name)).toEqual(
      ["type_0", "type_1", "type_2", "type_3"].map((name) => `${BAD}${name}`),
    );
  });
});
