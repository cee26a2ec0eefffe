const GENE_COUNT = 18_000;
const SPOT_COUNT = 8192;
const TYPE_COUNT = 20;
/** Counts are drawn until so many genes have one. */
const NONZERO_COUNTS = { least: 165, span: 40 };
const LOG_CPM = { kind: "log-cpm", targetSum: 1e4, logBase: "e" };

/** Numbers in 0 .. 1, the same in every run. */
function numberStream(seed) {
  let state = seed;
  const word = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 0;
  };
  return () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
}

/**
 * What one non-zero count costs in the kernels of the two passes. A case makes fresh input by `prepare` and works on it in `run`;
 * `unitCount` is the number of things that its time is divided by.
 */
export async function passCases(packages) {
  const next = numberStream(1);
  const counts = drawCounts(next);
  const shuffled = shuffle(
    Int32Array.from({ length: GENE_COUNT }, (_, gene) => gene),
    next,
  );
  const selectedColumns = shuffled.slice(0, GENE_COUNT / 6);
  const selected = await narrow(packages, copyOf(counts), selectedColumns);
  const wide = (chunk) => ({ ...copyOf(chunk), values: Float64Array.from(chunk.values) });
  const logged = wide(selected);
  packages.normalizeInPlace(logged, LOG_CPM);
  const signature = Float64Array.from({ length: TYPE_COUNT * selectedColumns.length }, () => 3 * next());
  const leverage = Float64Array.from(selectedColumns, () => next());
  const sketch = packages.buildSketch(leverage, { dimension: 512, seed: 0 });
  const statistics = packages.buildStatistics(signature, TYPE_COUNT, sketch);
  const narrow32 = { ...logged, values: Float32Array.from(logged.values) };
  const summarize = (Storage, kernels) => {
    const summarizers = new Map();
    return {
      unitCount: logged.values.length,
      prepare: () => new Storage(SPOT_COUNT * (TYPE_COUNT + 1)),
      run(api, out) {
        if (!summarizers.has(api)) summarizers.set(api, api.buildSummarizer(statistics, kernels));
        api.summarizeChunk(summarizers.get(api), Storage === Float32Array ? narrow32 : logged, out);
        return out;
      },
    };
  };
  const momentsBy = (kernels) => {
    const adders = new Map();
    return {
      unitCount: counts.values.length,
      prepare: () => copyOf(counts),
      run(api, chunk) {
        if (!adders.has(api))
          adders.set(api, api.buildMomentAdder(api.buildGeneMap(shuffled, GENE_COUNT), kernels));
        const moments = api.buildMoments(GENE_COUNT);
        adders.get(api)(moments, chunk);
        return api.finishMoments(moments);
      },
    };
  };
  const all = { unitCount: counts.values.length, prepare: () => copyOf(counts) };
  return {
    "count check": {
      ...all,
      run(api, chunk) {
        const check = api.buildCountCheck();
        api.addCountCheck(check, chunk);
        return api.finishCountCheck(check);
      },
    },
    "count check by kernel": {
      ...all,
      run(api, chunk) {
        const check = api.buildCountCheck();
        api.buildCountChecker("wasm")(check, chunk);
        return api.finishCountCheck(check);
      },
    },
    "moments of the chunk's own genes": {
      ...all,
      run(api, chunk) {
        const moments = api.buildMoments(GENE_COUNT);
        api.addMoments(moments, chunk);
        return api.finishMoments(moments);
      },
    },
    "moments of genes in another order": {
      ...all,
      async run(api, chunk) {
        const moments = api.buildMoments(GENE_COUNT);
        if (api.buildGeneMap) api.addMoments(moments, chunk, api.buildGeneMap(shuffled, GENE_COUNT));
        else api.addMoments(moments, await narrow(api, chunk, shuffled));
        return api.finishMoments(moments);
      },
    },
    "moments by kernel": momentsBy("wasm"),
    "moments by kernel, twin": momentsBy("typescript"),
    "selected genes (per count of all genes)": {
      ...all,
      run: (api, chunk) => narrow(api, chunk, selectedColumns),
    },
    "log-CPM": {
      unitCount: selected.values.length,
      prepare: () => wide(selected),
      run(api, chunk) {
        api.normalizeInPlace(chunk, LOG_CPM);
        return chunk;
      },
    },
    "statistics, 20 types": summarize(Float64Array, "auto"),
    "statistics, 20 types, float32": summarize(Float32Array, "auto"),
    "statistics, 20 types, float32, twin": summarize(Float32Array, "typescript"),
  };
}

/** Spots of the sweeps: a square lattice. */
const SWEEP_SIDE = 256;

/** What a spot costs in a sweep and when it is judged, in single precision, by kernel and by twin. */
export function sweepCases() {
  const cases = {};
  for (const typeCount of [8, 20, 60]) {
    for (const [strength, share] of Object.entries({ weak: 0.005, strong: 3 })) {
      const name = `${typeCount} types, ${strong(strength)}`;
      const problem = sweepProblem(typeCount, share);
      cases[`sweep, ${name}`] = sweepCase(problem, true, "sweep");
      cases[`sweep, ${name}, twin`] = sweepCase(problem, false, "sweep");
      if (strength === "strong") continue;
      cases[`judgement, ${name}`] = sweepCase(problem, true, "assess");
      cases[`judgement, ${name}, twin`] = sweepCase(problem, false, "assess");
    }
  }
  return cases;
}

function strong(strength) {
  return strength === "strong" ? "strong smoothing" : "weak smoothing";
}

function sweepProblem(typeCount, share) {
  const next = numberStream(7 + typeCount);
  const width = 512;
  const rows = Float64Array.from({ length: typeCount * width }, () => 1 + 3 * next() ** 4);
  const gram = new Float64Array(typeCount * typeCount);
  for (let a = 0; a < typeCount; a++) {
    for (let b = 0; b < typeCount; b++) {
      for (let j = 0; j < width; j++) gram[a * typeCount + b] += rows[a * width + j] * rows[b * width + j];
    }
  }
  const spotCount = SWEEP_SIDE ** 2;
  const statistics = new Float32Array(spotCount * (typeCount + 1));
  for (let spot = 0; spot < spotCount; spot++) {
    for (let i = 0; i < 3; i++) {
      const type = Math.floor(typeCount * next());
      const amount = next();
      for (let k = 0; k < typeCount; k++) {
        const noise = 1 + 0.1 * (next() - 0.5);
        statistics[spot * (typeCount + 1) + k] += amount * gram[type * typeCount + k] * noise;
      }
    }
  }
  const indptr = new Int32Array(spotCount + 1);
  const indices = [];
  for (let spot = 0; spot < spotCount; spot++) {
    const [x, y] = [spot % SWEEP_SIDE, Math.floor(spot / SWEEP_SIDE)];
    for (const [dx, dy] of [
      [0, -1],
      [1, -1],
      [-1, 0],
      [1, 0],
      [-1, 1],
      [0, 1],
    ]) {
      const [ox, oy] = [x + dx, y + dy];
      if (ox >= 0 && oy >= 0 && ox < SWEEP_SIDE && oy < SWEEP_SIDE) indices.push(oy * SWEEP_SIDE + ox);
    }
    indptr[spot + 1] = indices.length;
  }
  const spots = Int32Array.from({ length: spotCount }, (_, i) => i);
  const typeNames = Array.from({ length: typeCount }, (_, k) => `type ${k}`);
  let diagonal = 0;
  for (let k = 0; k < typeCount; k++) diagonal += gram[k * typeCount + k] / typeCount;
  return {
    reference: { typeNames, width: typeCount, values: gram, gram },
    lambda: share * diagonal,
    context: { spotCount, meanDegree: 6 },
    tile: { spots, statistics, indptr, indices: Int32Array.from(indices), relaxation: 1 },
    length: spotCount * typeCount,
  };
}

/** The third sweep from nothing, or what a judgement after it costs. */
function sweepCase({ reference, lambda, context, tile, length }, usesKernel, what) {
  const states = new Map();
  const stateOf = (api) => {
    const arena = usesKernel ? api.createArena?.() : undefined;
    const place = (array) => {
      const copy = arena?.allocate(array.constructor, array.length) ?? array.slice();
      copy.set(array);
      return copy;
    };
    const { relaxation, ...arrays } = tile;
    const moved = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, place(array)]));
    const session = api.bcd.start(reference, api.bcd.resolveOptions({ lambda }), { ...context, arena });
    return { session, tile: { ...moved, relaxation }, abundance: place(new Float32Array(length)) };
  };
  return {
    unitCount: context.spotCount,
    prepare: (api) => {
      if (!states.has(api)) states.set(api, stateOf(api));
      const state = states.get(api);
      state.abundance.fill(0);
      for (let sweep = 0; sweep < 2; sweep++) state.session.sweep(state.tile, state.abundance);
      return state;
    },
    run(_, { session, tile: moved, abundance }) {
      return { found: session[what](moved, abundance), abundance };
    },
    // Objectives were summed in another order before there were kernels.
    mayDiffer: what === "assess",
  };
}

/** What a spot costs that is refined by one Newton step, or by as many as it takes, by kernel and by twin. */
export function refineCases() {
  const cases = {};
  for (const typeCount of [20, 60]) {
    for (const [countCount, spotCount] of [
      [187, 2048],
      [2000, 256],
    ]) {
      const problem = refineProblem(typeCount, countCount, spotCount);
      const name = `refining, ${typeCount} types, ${countCount} counts`;
      cases[name] = refineCase(problem, "wasm");
      cases[`${name}, twin`] = refineCase(problem, "typescript");
      if (countCount > 187) continue;
      const all = { ...problem, refinement: { ...problem.refinement, steps: "all" } };
      cases[`${name}, to the end`] = refineCase(all, "wasm");
      cases[`${name}, to the end, twin`] = refineCase(all, "typescript");
    }
  }
  return cases;
}

/** Spots of three types that start with these and a few others. */
function refineProblem(typeCount, countCount, spotCount) {
  const next = numberStream(11 + typeCount);
  const profiles = new Float64Array(typeCount * GENE_COUNT);
  for (let gene = 0; gene < GENE_COUNT; gene++) {
    const level = Math.exp(4 * (next() + next() + next() - 1.5));
    for (let k = 0; k < typeCount; k++)
      profiles[k * GENE_COUNT + gene] = level * Math.exp(3 * (next() - 0.5));
  }
  const drawers = Array.from({ length: typeCount }, (_, k) => {
    const row = profiles.subarray(k * GENE_COUNT, (k + 1) * GENE_COUNT);
    const sum = row.reduce((total, level) => total + level);
    for (let gene = 0; gene < GENE_COUNT; gene++) row[gene] /= sum;
    return drawerOf(row, next);
  });
  const start = new Float64Array(spotCount * typeCount);
  const indptr = Int32Array.from({ length: spotCount + 1 }, (_, spot) => spot * countCount);
  const indices = [];
  const values = [];
  for (let spot = 0; spot < spotCount; spot++) {
    const row = new Map();
    const types = [next(), next(), next()].map((share) => Math.floor(share * typeCount));
    for (let k = 0; k < typeCount; k++) {
      start[spot * typeCount + k] = types.includes(k) ? 0.2 + 0.1 * next() : next() < 0.3 ? 0.05 * next() : 0;
    }
    while (row.size < countCount) {
      const gene = drawers[types[Math.floor(3 * next())]]();
      row.set(gene, (row.get(gene) ?? 0) + 1);
    }
    for (const [gene, count] of [...row].sort((a, b) => a[0] - b[0])) {
      indices.push(gene);
      values.push(count);
    }
  }
  const variance = { meanDepth: values.reduce((sum, count) => sum + count) / spotCount, overdispersion: 0.1 };
  return {
    refinement: { typeCount, profiles, variance, steps: "one" },
    start,
    rows: {
      kind: "csr",
      spotStart: 0,
      spotCount,
      width: GENE_COUNT,
      indptr,
      indices: Int32Array.from(indices),
      values: Float32Array.from(values),
    },
  };
}

function refineCase({ refinement, rows, start }, kernels) {
  const refiners = new Map();
  return {
    unitCount: rows.spotCount,
    prepare(api) {
      if (!refiners.has(api)) refiners.set(api, api.buildRefiner(refinement, kernels));
      return new Float32Array(rows.spotCount * (refinement.typeCount + 1));
    },
    run(api, out) {
      refiners.get(api).refine(rows, start, out);
      return out;
    },
    // Sums were in another order before there was a kernel.
    mayDiffer: true,
  };
}

/** What a spot costs in the graph. */
export function graphCases(spotCount) {
  const side = Math.ceil(Math.sqrt(spotCount));
  const lattice = (spot) => [spot % side, Math.floor(spot / side)];
  const layouts = {
    "square lattice": [2, lattice],
    "rotated lattice": [2, (spot) => rotate(...lattice(spot))],
    "at random": [2, (_, next) => [next(), next()]],
    "in space": [3, (_, next) => [next(), next(), next()]],
    "one far outlier": [2, (spot, next) => (spot === 0 ? [1e6, 1e6] : [next(), next()])],
    "nine clusters": [2, (spot, next) => [100 * (spot % 9) + 3 ** (spot % 9) * 1e-4 * next(), next()]],
  };
  const graph = (coordinates, options) => ({
    unitCount: spotCount,
    prepare: () => coordinates,
    run: (api, input) => api.buildNeighborGraph(input, options),
  });
  const cases = {};
  for (const [name, [dimension, point]] of Object.entries(layouts)) {
    const next = numberStream(2);
    const values = new Float64Array(dimension * spotCount);
    for (let spot = 0; spot < spotCount; spot++) values.set(point(spot, next), spot * dimension);
    const coordinates = { dimension, values };
    cases[`6 nearest, ${name}`] = graph(coordinates, { kind: "knn", neighborCount: 6 });
    if (name !== "square lattice" && name !== "at random") continue;
    cases[`grid graph, ${name}`] = graph(coordinates, { kind: "grid" });
    const order = (api, input) => api.spatialOrder(input);
    cases[`spatial order, ${name}`] = { ...graph(coordinates), run: order, mayDiffer: true };
  }
  return cases;
}

function drawCounts(next) {
  // Expression of genes over some orders of magnitude.
  const levels = Float64Array.from({ length: GENE_COUNT }, () =>
    Math.exp(4 * (next() + next() + next() - 1.5)),
  );
  const draw = drawerOf(levels, next);
  const indices = [];
  const values = [];
  const indptr = new Int32Array(SPOT_COUNT + 1);
  for (let spot = 0; spot < SPOT_COUNT; spot++) {
    const row = new Map();
    const target = NONZERO_COUNTS.least + Math.floor(NONZERO_COUNTS.span * next());
    while (row.size < target) {
      const gene = draw();
      row.set(gene, (row.get(gene) ?? 0) + 1);
    }
    for (const [gene, count] of [...row].sort((a, b) => a[0] - b[0])) {
      indices.push(gene);
      values.push(count);
    }
    indptr[spot + 1] = indices.length;
  }
  return {
    kind: "csr",
    spotStart: 0,
    spotCount: SPOT_COUNT,
    width: GENE_COUNT,
    indptr,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

/** Draws genes, each as often as its level says. */
function drawerOf(levels, next) {
  const runningSum = new Float64Array(levels.length);
  let sum = 0;
  levels.forEach((level, gene) => {
    sum += level;
    runningSum[gene] = sum;
  });
  return () => {
    const value = next() * sum;
    let low = 0;
    let high = levels.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (runningSum[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** The chunk with other columns, through the view that does it. */
async function narrow(api, chunk, columns) {
  const { spotCount, width } = chunk;
  const source = {
    spotCount,
    width,
    chunks: async function* () {
      yield chunk;
    },
  };
  for await (const narrowed of api.geneSubset(source, columns).chunks()) return narrowed;
}

function copyOf(chunk) {
  const { indptr, indices, values } = chunk;
  return { ...chunk, indptr: indptr.slice(), indices: indices.slice(), values: values.slice() };
}

function rotate(x, y) {
  return [29.1 * (0.96 * x - 0.28 * y), 29.1 * (0.28 * x + 0.96 * y)];
}

function shuffle(items, next) {
  for (let i = items.length - 1; i > 0; i--) {
    const other = Math.floor(next() * (i + 1));
    [items[i], items[other]] = [items[other], items[i]];
  }
  return items;
}
