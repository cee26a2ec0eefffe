import { findPeer } from "../find-peer.mjs";
import { combineSeeds } from "./combine-seeds.mjs";
import { measureSet } from "./measure-set.mjs";
import { knownMethods } from "./methods.mjs";
import { givenSets, prepareSimulated } from "./prepare-set.mjs";
import { GROUPS } from "./truth-sets.mjs";

/** All that `options` asks for, several sections at a time. `help`: the text of `flashdeconv run --help`. */
export async function measureAccuracy(help, { group, sets, methods: wanted, seeds, curves, peer, parallel }) {
  const { methods, families, unknown } = knownMethods(help, wanted);
  if (unknown.length > 0) console.error(`This build does not know: ${unknown.join("; ")}.`);
  const python = peer ? findPeer() : undefined;
  const jobs = [
    ...givenSets()
      .filter(({ name }) => GROUPS[group].given && sets.includes(name))
      .map((set) => ({ name: set.name, prepare: () => set })),
    ...Object.entries(GROUPS[group].sets)
      .filter(([name]) => sets.includes(name))
      .flatMap(([name, set]) =>
        seeds.map((seed) => ({ name, prepare: () => prepareSimulated(name, set, seed) })),
      ),
  ];
  const runs = new Map(sets.map((name) => [name, []]));
  let done = 0;
  await inTurn(jobs, parallel, async ({ name, prepare }) => {
    const measured = await measureSet(await prepare(), { methods, families, curves, python });
    runs.get(name).push(measured);
    tell(name, measured, ++done, jobs.length);
  });
  return {
    methods: methods.map(({ name, flags }) => ({ name, flags: flags.join(" ") })),
    unknown_methods: unknown,
    sets: [...runs]
      .filter(([, list]) => list.length > 0)
      .map(([name, list]) => ({ name, ...combineSeeds(list.sort((a, b) => a.seed - b.seed)) })),
  };
}

/** Does all jobs, `parallel` of them at a time; the first failure ends it. */
async function inTurn(jobs, parallel, work) {
  const queue = [...jobs];
  const take = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await work(job);
  };
  try {
    await Promise.all(Array.from({ length: parallel }, take));
  } finally {
    queue.length = 0;
  }
}

function tell(name, { seed, methods }, done, count) {
  const scores = methods.map((method) => `${method.name} ${method.scores.mean_pearson_per_type.toFixed(3)}`);
  const drawn = seed === undefined ? "" : `, seed ${seed}`;
  console.error(`${done}/${count} ${name}${drawn}: ${scores.join(", ")}`);
}
