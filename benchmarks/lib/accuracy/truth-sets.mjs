/**
 * The simulated sections, as options of `flashdeconv simulate`. Their base is 3,600 spots on 60 x 60 places, 6,000 genes and
 * a reference of 50 cells a type, so it has zeros and noise. Expression is such that the published method scores about what
 * it does on sections made from real cells.
 */
const BASE = {
  spots: 3600,
  genes: 6000,
  types: 20,
  depth: 200,
  "domain-scale": 12,
  "types-per-spot": 8,
  "rare-type-fraction": 0,
  "baseline-variation": 1,
  "type-variation": 0.7,
  "marker-fraction": 0.25,
  "marker-fold": 12,
};

const OTHER_PLATFORM = { "platform-effect": 0.5 };
const NOISY = { "platform-effect": 0.5, overdispersion: 0.5 };

/** Sets that may be looked at while a method is made. */
const DEVELOPMENT = {
  "depth 50": { depth: 50 },
  "depth 200": {},
  "depth 1,000": { depth: 1000 },
  "depth 5,000": { depth: 5000 },
  "8 types": { types: 8 },
  "40 types": { types: 40 },
  "platform effect": OTHER_PLATFORM,
  "platform effect, overdispersed, depth 1,000": { ...NOISY, depth: 1000 },
  "platform effect, overdispersed, depth 5,000": { ...NOISY, depth: 5000 },
  "small reference": { "cells-per-type": 15, "reference-depth": 1000 },
  "rare type": { "rare-type-fraction": 0.02 },
  "rare type, platform effect, depth 1,000": { "rare-type-fraction": 0.02, ...OTHER_PLATFORM, depth: 1000 },
  rough: { layout: "rough" },
  "sharp borders": { layout: "patchy" },
  "layers, gradual": { layout: "layered", "border-width": 8 },
  "shuffled coordinates": { "shuffle-coordinates": true },
  "shuffled coordinates, depth 1,000": { "shuffle-coordinates": true, depth: 1000 },
  "missing type": { "missing-types": 1 },
  "missing type, depth 1,000": { "missing-types": 1, depth: 1000 },
};

/** Sets for judging: other shapes, other numbers, all troubles mixed. Nothing is to be tuned to them. */
const JUDGING = {
  "layers, thin and deep": {
    layout: "layered",
    "domain-scale": 6,
    "border-width": 3,
    types: 14,
    depth: 120,
    ...NOISY,
  },
  "small patches": {
    layout: "patchy",
    "domain-scale": 5,
    "border-width": 2,
    types: 25,
    depth: 400,
    ...OTHER_PLATFORM,
  },
  "rough, large": { layout: "rough", "domain-scale": 30, types: 12, depth: 80, "depth-variation": 0.7 },
  "noise between spots": { "spot-variation": 0.5, types: 18, depth: 300, "empty-spots": 0.03 },
  "shuffled, overdispersed": { "shuffle-coordinates": true, types: 16, depth: 600, overdispersion: 0.3 },
  "rare type in layers": {
    "rare-type-fraction": 0.03,
    layout: "layered",
    types: 18,
    depth: 300,
    "platform-effect": 0.3,
  },
  "deep, little alike": {
    types: 30,
    depth: 3000,
    "platform-effect": 0.8,
    overdispersion: 0.8,
    "cells-per-type": 20,
  },
  "faint markers": {
    "marker-fold": 4,
    "type-variation": 0.4,
    "baseline-variation": 1.5,
    depth: 500,
    ...OTHER_PLATFORM,
  },
  "two missing types": { "missing-types": 2, layout: "patchy", "domain-scale": 9, types: 15, depth: 500 },
  "many spots, two types each": {
    spots: 8100,
    "types-per-spot": 2,
    types: 10,
    depth: 60,
    layout: "rough",
    "domain-scale": 20,
  },
};

/** Sections of few counts a spot, as fine bins have: their sizes and genes, and each kind of tissue at each depth. */
const SPARSE_BASE = {
  genes: 18_000,
  "domain-scale": 20,
  "types-per-spot": 5,
  "baseline-variation": 1.5,
  "type-variation": 0.2,
  "marker-fraction": 0.15,
  "marker-fold": 8,
};
const SPARSE_TISSUES = {
  plain: {},
  rough: { layout: "rough" },
  layers: { layout: "layered", "border-width": 8 },
  "rare type": { "rare-type-fraction": 0.02 },
  shuffled: { "shuffle-coordinates": true },
};
const SPARSE_DEPTHS = [3, 6, 12, 25, 50, 200];

function sparseSets(spots) {
  return Object.fromEntries(
    Object.entries(SPARSE_TISSUES).flatMap(([name, tissue]) =>
      SPARSE_DEPTHS.map((depth) => [`${name}, depth ${depth}`, { ...SPARSE_BASE, ...tissue, spots, depth }]),
    ),
  );
}

/** Groups of simulated sets with the seeds they are drawn with, and whether sets that others made go with them. */
export const GROUPS = {
  development: { sets: DEVELOPMENT, seeds: [1, 2, 3], given: true },
  judging: { sets: JUDGING, seeds: [9001, 9002, 9003], given: false },
  sparse: { sets: sparseSets(20_000), seeds: [9, 10, 11], given: false },
  "sparse-large": { sets: sparseSets(100_000), seeds: [9, 10, 11], given: false },
};

/** What --quick is content with: one seed of these. */
export const QUICK_SETS = [
  "depth 50",
  "depth 200",
  "platform effect, overdispersed, depth 1,000",
  "rare type",
  "shuffled coordinates",
  "golden",
  "starmap-cortex",
  "cerebellum-sim",
];

/** Every option of a simulated set. */
export function simulationFlags(set, seed) {
  return Object.entries({ ...BASE, ...set, seed }).flatMap(([option, value]) =>
    value === true ? [`--${option}`] : [`--${option}`, String(value)],
  );
}

/** Sets that were not simulated here, in ../shared/data: folder with section, reference and truth, and peers' predictions. */
export const GIVEN_SETS = {
  golden: { folder: "golden" },
  "starmap-cortex": { folder: "real/starmap-cortex" },
  "cerebellum-sim": { folder: "real/cerebellum-sim" },
  "merfish-hypothalamus": { folder: "real/merfish-hypothalamus" },
  "merfish-hypothalamus-50um": { folder: "real/merfish-hypothalamus-50um" },
  "osmfish-cortex": { folder: "real/osmfish-cortex" },
  "rnamix-sortseq-celref": { folder: "real/rnamix-sortseq-celref" },
};
