import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OBJECTS_OF } from "../src/options/option-objects.js";
import { commandNamed } from "./commands.js";
import { at, failure, nowhere, useOptionFolder } from "./option-runs.js";

useOptionFolder();

describe("options that others make meaningless", () => {
  it.each([
    ["--n-hvg 5", /option --n-hvg: .*nothing without --genes selected/],
    ["--n-markers 50", /option --n-markers: .*nothing without --genes selected/],
    ["--method flashdeconv --genes all --n-hvg 5", /option --n-hvg: /],
    ["--graph grid --neighbors 30", /option --neighbors: found 30, expected nothing without --graph knn/],
    ["--graph radius --radius 9 --neighbors 6", /option --neighbors: /],
    ["--graph knn --radius 9", /option --radius: .*nothing without --graph radius/],
    ["--smoothing none --neighbors 6", /option --neighbors: .*nothing is smoothed/],
    ["--smoothing 0 --graph knn", /option --graph: .*nothing is smoothed/],
    ["--method flashdeconv --lambda 0 --graph grid", /option --graph: .*nothing is smoothed/],
    ['--method flashdeconv --solver-options {"lambda":0} --neighbors 4', /option --neighbors: /],
    [
      "--method flashdeconv --preprocess pearson --target-sum 1e4",
      /option --target-sum: .*--preprocess log-cpm/,
    ],
    ["--method flashdeconv --preprocess raw --log-base e", /option --log-base: .*--preprocess log-cpm/],
    [
      "--intervals --max-types 2",
      /option --intervals: found it given, expected it left out with --max-types 2: .*calibrated for shares of all types/,
    ],
    ["--method flashdeconv --preprocess raw --amount cells", /option --amount: .*--preprocess raw.*of cells/],
    ["--method flashdeconv --preprocess pearson --amount rna", /option --amount: .*of cells/],
    ["--method flashdeconv --sketch-dim none --seed 0", /option --seed: .*--sketch-dim none/],
    [
      '--method poisson --solver-options {"overdispersion":1}',
      /option --solver-options: .*--overdispersion 0.1/,
    ],
    ["--max-types 2 --tolerance 0.001", /option --tolerance: .*nothing with --max-types 2/],
    ["--max-types 2 --empty uniform", /option --empty: .*nan with --max-types 2/],
    ["--max-types 2 --save-stats kept.zarr", /option --save-stats: .*nothing with --max-types/],
    ["--max-types 5", /option --max-types: .*from 1 to 4/],
    ["--method weighted --max-types 2", /option --max-types: .*--method refined or --method poisson/],
    ["--solver nnls --max-types 2", /option --max-types: /],
    ["--method flashdeconv --platform visium --smoothing auto", /option --smoothing: /],
    ["--use-scratch never --scratch here", /option --scratch: .*--use-scratch never/],
  ])("run %s", async (args, message) => {
    expect((await failure("run", ...nowhere, ...args.split(" "))).message).toMatch(message);
  });

  it.each(
    Object.entries(OBJECTS_OF).filter(([flag]) =>
      commandNamed("run").options.some(({ long }) => long === flag),
    ),
  )("run %s where there is nothing for it to be about", async (flag, [object]) => {
    const valued = commandNamed("run").options.find(({ long }) => long === flag)?.required;
    const value =
      {
        "--endpoint-url": "http://127.0.0.1:9",
        "--cache-size": "1GiB",
        "--zarr-format": "2",
      }[flag] ?? "1";
    const out = object === "annData" ? ["--out", "never.csv"] : ["--in-place"];
    const args = ["run", "nowhere.zarr", "--reference", "nowhere.csv", "--smoothing", "none", ...out];
    const never = object === "scratch" ? ["--use-scratch", "never"] : [];
    const { message } = await failure(...args, ...never, flag, ...(valued ? [value] : []));
    expect(message).toContain(`option ${flag}: `);
  });

  it.each([
    ["inspect nowhere.zarr --cell-type-key kind", /option --cell-type-key: .*--reference/],
    ["inspect nowhere.zarr --reference means.csv --reference-layer raw", /option --reference-layer: .*table/],
    ["inspect nowhere.zarr --profile lab", /option --profile: .*s3:/],
    ["inspect https://127.0.0.1:9/a.zarr --region here", /option --region: .*s3:/],
    ["inspect https://127.0.0.1:9/a.zarr --anonymous", /option --anonymous: .*s3:/],
    ["inspect https://127.0.0.1:9/a.zarr --cache-size 1GiB", /option --cache-size: .*--cache/],
    ["evaluate result.csv --truth nowhere.zarr --key mine", /option --key: .*without a key/],
    ["evaluate nowhere.zarr --truth truth.csv --truth-key truth", /option --truth-key: .*without a key/],
    ["evaluate nowhere.zarr --truth truth.csv --max-attempts 3", /option --max-attempts: .*a URL/],
    ["simulate never --border-width 3", /option --border-width: .*--layout patchy/],
    ["simulate never --types 1 --rare-type-fraction 0.1", /option --rare-type-fraction: .*--types/],
    ["simulate never --marker-fraction 0 --marker-fold 8", /option --marker-fold: .*--marker-fraction/],
  ])("%s", async (args, message) => {
    expect((await failure(...args.split(" "))).message).toMatch(message);
    expect(existsSync("never")).toBe(false);
  });
});

describe("an empty text", () => {
  it.each(["run", "solve", "inspect", "simulate", "evaluate", "demo"])(
    "is not a value of an option of %s",
    async (name) => {
      const { options, registeredArguments } = commandNamed(name);
      const places = registeredArguments.map(() => "nowhere");
      for (const { long, required, variadic } of options) {
        if (!required || variadic) continue;
        const { tag, message } = await failure(name, ...places, long as string, "");
        expect({ tag, message: message.slice(0, 80) }).toMatchObject({ tag: "OptionError" });
        expect(message).toContain(`option ${long}: found `);
      }
      if (places.length === 0) return;
      expect((await failure(name, "")).message).toContain(
        `option <${registeredArguments[0].name()}>: found ""`,
      );
    },
  );
});

describe("the method", () => {
  it.each(["refined", "weighted", "flashdeconv", "poisson"])(
    "%s goes with its own solver only",
    async (method) => {
      const own = { refined: "refined", weighted: "weighted", flashdeconv: "bcd", poisson: "poisson" }[
        method
      ];
      for (const solver of ["refined", "weighted", "bcd", "poisson", "nnls", at("plugin.mjs")]) {
        const { tag, message } = await failure("run", ...nowhere, "--method", method, "--solver", solver);
        if (solver === own) expect(tag).toBe("StoreError");
        else
          expect(message).toMatch(
            /option --solver: .*(Give --method \w+, which brings|To solve with \w+, leave the method out; to solve with the method \w+, leave the solver out)/,
          );
      }
    },
  );

  it("is not changed by the name of another method's solver", async () => {
    expect((await failure("run", ...nowhere, "--solver", "refined")).tag).toBe("StoreError");
    for (const [solver, method] of [
      ["bcd", "flashdeconv"],
      ["weighted", "weighted"],
      ["poisson", "poisson"],
    ]) {
      const { message } = await failure("run", ...nowhere, "--solver", solver);
      expect(message).toContain(`Give --method ${method}, which brings this solver`);
    }
  });

  it("has its solver's own options, and no others", async () => {
    const options = (json: string) => ["--solver-options", json];
    expect((await failure("run", ...nowhere, ...options('{"epsilon":0.1}'))).tag).toBe("StoreError");
    expect((await failure("run", ...nowhere, ...options('{"rho":0.1}'))).message).toMatch(
      /option --rho: .*--method refined, the default.*add --method flashdeconv/,
    );
    expect((await failure("run", ...nowhere, ...options('{"epsilom":0.1}'))).message).toMatch(/epsilom/);
  });
});
