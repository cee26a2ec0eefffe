import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../apps/cli/test/run-cli.js";

const folder = fileURLToPath(new URL("../benchmarks/lib/accuracy", import.meta.url));
/** A module of the benchmark: plain JavaScript, so without types. */
// biome-ignore lint/suspicious/noExplicitAny: it has none
const load = (name: string): Promise<any> => import(`${folder}/${name}.mjs`);

describe("the methods of the accuracy benchmark", () => {
  const OLD = `
  --lambda <auto|number>   strength of the smoothing (default: auto)
  --sketch-dim <count|none>
                           dimensions of the sketch, or none (default: 512)
  --solver <name|module>   bcd, nnls, or a module of your own`;
  const NEW = `${OLD}
  --smoothing <auto|number|none>
                           strength of the smoothing, auto for chosen by the data
  --method <name>          flashdeconv, weighted or refined (default: refined)
`;

  it("are those that the command line knows; the rest is named", async () => {
    const { knownMethods } = await load("methods");
    const old = knownMethods(OLD);
    const names = (methods: { name: string }[]) => methods.map(({ name }) => name);
    expect(names(old.methods)).toEqual(["flashdeconv", "flashdeconv, exact", "poisson"]);
    expect(old.unknown).toEqual(["flashdeconv, chosen", "weighted", "refined"]);
    expect(old.methods[0].flags).toEqual(["--lambda", "auto"]);
    expect(Object.keys(old.families)).toEqual(["flashdeconv"]);
    const now = knownMethods(NEW);
    expect(now.unknown).toEqual([]);
    expect(now.methods[0].flags).toEqual(["--method", "flashdeconv", "--lambda", "auto"]);
    expect(Object.keys(now.families)).toEqual(["flashdeconv", "weighted", "refined"]);
    expect(names(knownMethods(NEW, ["weighted"]).methods)).toEqual(["weighted"]);
  });
});

describe("the sections of the accuracy benchmark", () => {
  let help: string;
  beforeAll(async () => {
    help = (await runCli(["simulate", "--help"])).stdout;
  });

  it("are made with options that simulate has", async () => {
    const { GROUPS, QUICK_SETS, GIVEN_SETS, simulationFlags } = await load("truth-sets");
    for (const { sets, seeds } of Object.values<{ sets: object; seeds: number[] }>(GROUPS)) {
      for (const set of Object.values(sets)) {
        const flags: string[] = simulationFlags(set, seeds[0]);
        for (const flag of flags.filter((word) => word.startsWith("--"))) expect(help).toContain(`${flag} `);
      }
    }
    const known = [...Object.keys(GROUPS.development.sets), ...Object.keys(GIVEN_SETS)];
    for (const name of QUICK_SETS) expect(known).toContain(name);
  });

  it("for judging share neither name, options nor seed with those for development", async () => {
    const { GROUPS, simulationFlags } = await load("truth-sets");
    const { development, judging } = GROUPS;
    const described = (sets: object) => Object.values(sets).map((set) => simulationFlags(set, 0).join(" "));
    const seen = [...Object.keys(development.sets), ...described(development.sets), ...development.seeds];
    for (const item of [...Object.keys(judging.sets), ...described(judging.sets), ...judging.seeds]) {
      expect(seen).not.toContain(item);
    }
  });
});

describe("what seeds are combined to", () => {
  const scores = (pearson: number, rmse: number) => ({
    mean_pearson_per_type: pearson,
    rmse,
    mean_aupr: null,
  });
  const run = (seed: number, own: [number, number], points: [number, number, number][]) => ({
    seed,
    methods: [
      {
        name: "m",
        family: "f",
        strength: 5,
        converged: true,
        scores: scores(...own),
        shared_scores: scores(...own),
      },
    ],
    curves: [
      {
        family: "f",
        option: "--s",
        steps_are: "strengths",
        points: points.map(([step, pearson, rmse]) => ({
          step,
          strength: step,
          scores: scores(pearson, rmse),
        })),
      },
    ],
    peers: [],
  });

  it("is means, spread, and the worst regret against the best by truth", async () => {
    const { combineSeeds } = await load("combine-seeds");
    const runs = [
      run(
        1,
        [0.8, 0.1],
        [
          [0, 0.7, 0.2],
          [10, 0.85, 0.11],
        ],
      ),
      run(
        2,
        [0.9, 0.2],
        [
          [0, 0.95, 0.16],
          [10, 0.5, 0.3],
        ],
      ),
    ];
    const [method] = combineSeeds(runs).methods;
    expect(method.scores.mean_pearson_per_type).toBeCloseTo(0.85, 12);
    expect(method.scores.mean_aupr).toBeNull();
    expect(method.spread).toBeCloseTo(0.1, 12);
    expect(method.regret.pearson).toBeCloseTo(0.05, 12);
    expect(method.regret.rmse_share).toBeCloseTo(0.25, 12);
    expect(method.regret.best_by_pearson).toEqual([10, 0]);
    expect(method.regret.best_by_rmse).toEqual([5, 0]);
  });

  it("has no regret for a method that is held against nothing", async () => {
    const { combineSeeds } = await load("combine-seeds");
    const [method] = combineSeeds([{ ...run(1, [0.8, 0.1], []), curves: [] }]).methods;
    expect(method.regret).toBeUndefined();
  });
});
