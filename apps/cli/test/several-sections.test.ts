import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readColumn } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { placesOf } from "../src/commands/section-places.js";
import { type CliOptions, runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeSection } from "./small-stores.js";
import { contentOf } from "./store-content.js";

const stores = smallStores();

async function twoSections() {
  const folder = await temporaryFolder();
  const second = await writeSection(join(folder, "second.zarr"));
  const run = (...args: string[]) => runCli(["run", ...args, "--reference", stores.reference, "--quiet"]);
  return { folder, paths: [stores.spatial, second], run };
}

describe("run with several sections", () => {
  it.each([
    [
      ["s1/outs", "s2/outs", "s3/other"],
      ["s1_outs", "s2_outs", "other"],
    ],
    [
      ["a/s1/outs", "b/s1/outs/", "./b/s2/outs"],
      ["a_s1_outs", "b_s1_outs", "s2_outs"],
    ],
    [
      ["s3://x/s1/outs?version=1", "file:///data/s2/outs"],
      ["s1_outs", "s2_outs"],
    ],
    [
      ["a/one.zarr", "b/one.h5ad", "two.zarr.zip"],
      ["a_one", "b_one", "two"],
    ],
  ])("names the results of %j", (given, names) => {
    const flags = { reference: "cells.zarr", outDir: "results" };
    expect(placesOf(given, flags)).toEqual(names.map((name) => join("results", `${name}.zarr`)));
  });

  it.each([[["a/one.zarr", "a/one.h5ad"]], [["a/b/one", "c/b/one", "a_b_one"]]])(
    "refuses %j, whose results would have one name",
    (given) => {
      const flags = { reference: "cells.zarr", outDir: "results" };
      expect(() => placesOf(given, flags)).toThrow(
        /two are called \w*one.*Run them one by one, each with --out/,
      );
    },
  );

  it("shows all side by side on one page, also where they were done before, and replaces no page of others", async () => {
    const { folder, paths } = await twoSections();
    const outDir = join(folder, "results");
    const args = ["run", ...paths, "--reference", stores.reference, "--out-dir", outDir, "--json"];
    const { code, stdout } = await runCli(args, { withReport: true });
    expect(code).toBe(0);
    const index = join(outDir, "index.html");
    expect(JSON.parse(stdout).index).toBe(index);
    const shown = await readFile(index, "utf8");
    for (const name of ["spatial", "second"]) {
      expect(shown).toContain(`<a href="./${name}.report.html">${name}</a>`);
      expect(await readdir(outDir)).toContain(`${name}.report.html`);
    }
    const again = await runCli([...args, "--resume"], { withReport: true });
    expect(JSON.parse(again.stdout).sections[0].already_done).toBe(true);
    expect(await readFile(index, "utf8")).toBe(shown);
    await writeFile(index, "<!doctype html><title>mine</title>");
    const taken = await runCli([...args, "--overwrite"], { withReport: true });
    expect(taken.code).toBe(2);
    expect(taken.stdout).toMatch(/index\.html.*a file that is no report of flashdeconv/);
    expect(await readFile(index, "utf8")).toContain("mine");
  });

  it("gives each the result that a run of its own with the same strength gives", async () => {
    const { folder, paths, run } = await twoSections();
    const outDir = join(folder, "results");
    const { code, stdout, stderr } = await run(...paths, "--out-dir", outDir, "--json");
    expect(code, stderr + stdout).toBe(0);
    expect((await readdir(outDir)).sort()).toEqual(["second.zarr", "spatial.zarr"]);
    const { sections } = JSON.parse(stdout);
    expect(sections.map(({ result }: { result: string }) => result)).toEqual(
      ["spatial", "second"].map((name) => join(outDir, `${name}.zarr`)),
    );
    const [{ smoothing_used: smoothing }] = sections;
    expect(sections[1].smoothing_used).toBe(smoothing);
    // Chosen by the data of both, and kept with each.
    const curve = "uns/flashdeconv_params/smoothing_curve/sections";
    for (const { result } of sections) {
      expect(await readColumn(await openStore(result), curve)).toEqual({ kind: "string", values: paths });
    }
    for (const [i, path] of paths.entries()) {
      const alone = join(folder, `alone-${i}.zarr`);
      expect((await run(path, "--out", alone, "--smoothing", String(smoothing))).code).toBe(0);
      const [together, own] = [await contentOf(sections[i].result), await contentOf(alone)];
      const chunks = (content: Map<string, string>) =>
        [...content].filter(([name]) => /^\/?obsm?\//.test(name));
      expect(chunks(together)).toEqual(chunks(own));
      expect(chunks(own).length).toBeGreaterThan(5);
    }
    const told = await runCli([
      ...[
        "run",
        ...paths,
        "--reference",
        stores.reference,
        "--out-dir",
        join(folder, "told"),
        "--smoothing",
        "9",
      ],
    ]);
    expect(told.stderr).toMatch(/Section 1 of 2: .*\n(?:.*\n)*writing: .*\nSection 2 of 2: /);
    // What is there is not replaced unasked, and that is told before the reference is read and strengths are tried.
    const taken = await runCli(["run", ...paths, "--reference", stores.reference, "--out-dir", outDir]);
    expect(taken.code).toBe(2);
    expect(taken.stderr).toMatch(/spatial\.zarr: found a finished result/);
    expect(taken.stderr).not.toContain("reading the reference");
    const file = await runCli([
      "run",
      ...paths,
      "--reference",
      stores.reference,
      "--out-dir",
      `${outDir}.csv`,
    ]);
    expect(file.stderr).toMatch(
      /--out-dir: .*a name for a folder; it cannot be a \.csv file.* Give --out-dir .*results;/s,
    );
    expect(file.code).toBe(2);
    // The same command run again ends well where it may.
    const again = await run(...paths, "--out-dir", pathToFileURL(outDir).href, "--resume", "--json");
    expect(again.code, again.stderr + again.stdout).toBe(0);
    const results = ["second", "spatial"].flatMap((name) => [`${name}.report.html`, `${name}.zarr`]);
    expect((await readdir(outDir)).sort()).toEqual(["index.html", ...results]);
  });

  it("resumed after a kill read the reference and try strengths once only, and nothing where all are done", async () => {
    const { folder, paths } = await twoSections();
    const run = (outDir: string, more: readonly string[] = [], options: CliOptions = {}) =>
      runCli(["run", ...paths, "--reference", stores.reference, "--out-dir", outDir, ...more], options);
    const whole = join(folder, "whole");
    expect((await run(whole)).code).toBe(0);
    const outDir = join(folder, "results");
    for (const place of ["Section 1 of 2", "Section 2 of 2"]) {
      const stop = new AbortController();
      const onStderr = (text: string) => {
        if (/summing up spots/.test(text.split(place)[1] ?? "")) stop.abort(new Error("interrupted"));
      };
      const stopped = await run(outDir, ["--resume", "--save-every", "0"], { signal: stop.signal, onStderr });
      expect(stopped.code, stopped.stderr).toBe(130);
      // The second was not begun when the first was stopped, so nothing of it was kept.
      expect(stopped.stderr.includes("reading the reference")).toBe(place === "Section 1 of 2");
      expect(stopped.stderr.includes("choosing the smoothing")).toBe(place === "Section 1 of 2");
    }
    for (const isLeft of [true, false]) {
      const { code, stderr } = await run(outDir, ["--resume"]);
      expect(code, stderr).toBe(0);
      expect(stderr).not.toContain("reading the reference");
      expect(stderr).not.toContain("choosing the smoothing");
      expect(stderr.includes("solving")).toBe(isLeft);
    }
    for (const name of ["spatial.zarr", "second.zarr"]) {
      expect(await contentOf(join(outDir, name))).toEqual(await contentOf(join(whole, name)));
    }
    // The strength was chosen on other sections: a result of these is another.
    const third = await writeSection(join(folder, "third.zarr"));
    const more = ["run", ...paths, third, "--reference", stores.reference, "--out-dir", outDir, "--resume"];
    const { code, stderr } = await runCli(more);
    expect(code).toBe(2);
    expect(stderr).toMatch(/made of something else \(sections that the smoothing is chosen on: was .*second/);
  });

  it("in place, each with a strength of its own where that is asked for", async () => {
    const { paths, run } = await twoSections();
    const copies = [paths[1], await writeSection(join(await temporaryFolder(), "third.zarr"))];
    const { code, stdout } = await run(...copies, "--in-place", "--per-section", "--json");
    expect(code, stdout).toBe(0);
    expect(JSON.parse(stdout).sections).toHaveLength(2);
  });

  it("refuses what cannot be meant, before anything is read", async () => {
    const { folder, paths, run } = await twoSections();
    const outDir = join(folder, "results");
    const faults: [string[], RegExp][] = [
      [[...paths], /--out-dir/],
      [[...paths, "--out", "x.zarr"], /option --out: found "x.zarr", expected one section/],
      [[...paths, "--save-stats", "x", "--out-dir", outDir], /option --save-stats/],
      [[...paths, "--out-dir", outDir, "--in-place"], /option --out-dir/],
      [[paths[0], paths[0], "--out-dir", outDir], /two are called spatial/],
      [
        [...paths, "--section-key", "nowhere", "--out-dir", outDir],
        /section ".*spatial.zarr": option --section-key/,
      ],
      [[paths[0], paths[0], "--in-place"], /option --in-place: .*these are one store/],
      [[...paths, "--out-dir", "https://example.org/lab"], /https:\/\/example.org\/lab\/spatial.zarr/],
      [[paths[0], "--per-section", "--out-dir", outDir], /option --per-section/],
      [
        [...paths, "--per-section", "--smoothing", "7", "--out-dir", outDir],
        /--per-section.*left to the data/,
      ],
      [
        [...paths, "--per-section", "--method", "flashdeconv", "--out-dir", outDir],
        /--per-section.*left to the data/,
      ],
    ];
    // A place of the folder that was named is told as that, with what helps.
    const apart = (place: string) =>
      new RegExp(
        `option --out-dir: found "${place}", expected a folder in which .*apart from .* use --in-place`,
      );
    const foreign = join(folder, "foreign");
    await cp(stores.spatial, join(foreign, "spatial.zarr"), { recursive: true });
    const isForeign =
      /foreign.spatial\.zarr: found a store that flashdeconv did not write.*Choose another path, or remove/;
    faults.push(
      [[...paths, "--out-dir", dirname(paths[0])], apart(dirname(paths[0]))],
      [[...paths, "--out-dir", join(paths[0], "in")], apart(join(paths[0], "in"))],
      [[...paths, "--out-dir", join(stores.reference, "in")], /--out-dir: .*Give another folder\.$/m],
      [[...paths, "--out-dir", foreign], isForeign],
      [[...paths, "--out-dir", foreign, "--overwrite"], isForeign],
    );
    for (const [args, message] of faults) {
      const { code, stderr } = await run(...args);
      expect(stderr, args.join(" ")).toMatch(message);
      expect(code).toBe(2);
    }
    expect((await readdir(folder)).sort()).toEqual(["foreign", "second.zarr"]);
    expect(await readdir(foreign)).toEqual(["spatial.zarr"]);
  });
});
