import { MemoryPlanError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { PYRAMID_BYTES } from "@flashdeconv/maps/internal";
import { coarseLevelBytes } from "@flashdeconv/solver/internal";
import { setRowWidth } from "@flashdeconv/solver-poisson/internal";
import type { MemoryFacts } from "./memory-facts.js";
import { intervalBytes, samplesBytes } from "./sample-bytes.js";
import { SCATTER_BYTES, scratchBytes } from "./scratch/scratch-size.js";

export interface MemoryRequest {
  readonly budgetBytes: number;
  /** Threads to use: so many, or up to so many as the budget allows. */
  readonly workers: { readonly count: number; readonly isFixed: boolean };
  /** Whether what is kept per spot may, or must, go to scratch. */
  readonly scratch: "auto" | "always" | "never";
}

/** How a run is to stay within its memory. */
export interface MemoryPlan {
  readonly budgetBytes: number;
  /** What the run takes at most. */
  readonly totalBytes: number;
  readonly workers: number;
  /** Threads beside the calling one: `workers`, or 0 where the section is too small to be worth any. */
  readonly threads: number;
  /** Where statistics, abundances and proportions are kept. */
  readonly keeps: "memory" | "scratch";
  /** Bytes of memory for the strips that are being solved; 0 where all is in memory. */
  readonly windowBytes: number;
  /** Bytes on disk; 0 where all is in memory. */
  readonly scratchBytes: number;
  readonly parts: {
    /** The runtime and the program. */
    readonly process: number;
    /** Threads with what they read, decode and leave to the garbage collector. */
    readonly workers: number;
    /** All that is held per spot, in memory. */
    readonly spots: number;
  };
}

/**
 * Below this a run is over before threads have started. From here on even a single worker is a thread of its own, so that the
 * calling one is free to show progress and to hear that it should stop.
 */
export const SPOTS_WORTH_THREADS = 20_000;

const MIB = 2 ** 20;
/** The main thread with its program: 82 to 90 MiB were measured. */
const PROCESS_BYTES = 90 * MIB;
/** A thread of its own, before it reads anything: 14 to 18 MiB were measured. */
const THREAD_BYTES = 20 * MIB;
/** What a solve of strips leaves to the calling thread's collector: 10 million spots took from 62 MiB less to 41 more than without this. */
const STRIPS_GARBAGE_BYTES = 64 * MIB;
/** A heap lets so much memory gather before it is collected (64 MiB in V8), whatever the chunks; less where what was read is given back. */
const GARBAGE_BYTES = 64 * MIB;
const LITTLE_GARBAGE_BYTES = 20 * MIB;
/** Chunks that are compressed, being decoded, being reduced, or waiting for the collector. Measured on chunks of 8 MiB. */
const CHUNKS_IN_FLIGHT = 10;
/** The same where bytes are given back as soon as they are decoded: 4.6 with their garbage were measured. */
const GIVEN_BACK_CHUNKS_IN_FLIGHT = 5;
/** The same where they are not compressed: each is held as it lies and as it is handed on. */
const UNPACKED_CHUNKS_IN_FLIGHT = 12.5;
/** Chunks of a reference that are there at a time if it has but one: compressed, decoded, as sparse rows. 3 were measured, of six 5. */
const LONE_CHUNK_COPIES = 4;
/** Bytes per spot while neighbours are searched for: coordinates, bins, lists before and after they are made mutual. 108 were measured. */
const GRAPH_BUILD_BYTES = 120;
/** The same where the search may lie where the coordinates do. */
const GRAPH_IN_PLACE_BYTES = 68;
/** Neighbours per spot once they are mutual, over those asked for: 1.25 at random points. */
const MUTUAL_DEGREE = 1.3;
/** Stages of the shortest pass over the strips, and the share of a section that lies between two of them; see `leastWindow`. */
const LEAST_STAGES = 7;
/** The window gains little above this. */
const MOST_WINDOW_BYTES = 768 * MIB;
/** A thread's requests and connections, and the versions of what it has read, where a store lies behind a network. */
const NETWORK_BYTES = 16 * MIB;
/** Tables of types and genes that each thread makes to refine spots, one of them the kernel's. */
const REFINING_TABLES = 4;
/** The same to choose sets of types. */
const SET_TABLES_OF_GENES = 1;
/** Spots of a strip. */
const STRIP_SPOTS = 8192;
/** What is fetched ahead is there in pieces as it comes, and put together. */
const FETCHED_COPIES = 2;
/** Blocks of the result that are gathered and compressed. */
const WRITE_BYTES = 16 * MIB;
/** Of each spot of a store of which one section is done: up to three coordinates, and its section. */
const STORE_SPOT_BYTES = 3 * 8 + 4;
/** While maps are painted, of a spot: its texel, and its place where that was read again. */
const TEXEL_BYTES = 4;
const PLACE_BYTES = 16;

/**
 * Says before a run how it will keep within a budget: with how many threads, and what of it goes to scratch.
 *
 * @throws MemoryPlanError with the smallest budget that would do
 */
export function planMemory(facts: MemoryFacts, request: MemoryRequest): MemoryPlan {
  const { budgetBytes, workers } = request;
  const least = workers.isFixed ? workers.count : 1;
  let smallest: MemoryPlan | undefined;
  for (let count = workers.count; count >= least; count--) {
    for (const keeps of ["memory", "scratch"] as const) {
      if (request.scratch === (keeps === "memory" ? "always" : "never")) continue;
      const plan = planFor(facts, budgetBytes, count, keeps);
      if (plan.totalBytes <= budgetBytes) return plan;
      if (!smallest || plan.totalBytes < smallest.totalBytes) smallest = plan;
    }
  }
  throw notEnough(facts, request, smallest as MemoryPlan);
}

function planFor(
  facts: MemoryFacts,
  budgetBytes: number,
  workers: number,
  keeps: MemoryPlan["keeps"],
): MemoryPlan {
  const { spotCount, typeCount, geneCount, neighborCount, chunkBytes } = facts;
  const ownThreads = workers > 1 || spotCount >= SPOTS_WORTH_THREADS ? workers : 0;
  const perThread =
    (chunkBytes > 0 ? garbageBytes(facts) + chunksInFlight(facts) * chunkBytes : GARBAGE_BYTES / 2) +
    facts.transposeBytes +
    networkBytes(facts) +
    (ownThreads > 0 ? facts.heldBytes : 0) +
    64 * geneCount;
  const perWorker = REFINING_TABLES + (facts.maxTypes === undefined ? 0 : SET_TABLES_OF_GENES);
  const tables = facts.isRefined && chunkBytes > 0 ? perWorker * workers : 0;
  const threads = ownThreads * THREAD_BYTES + workers * perThread + 8 * (3 + tables) * typeCount * geneCount;
  const coarse = coarseBytes(facts);
  const onScratch = keeps === "scratch";
  const spots =
    spotCount * bytesPerSpot(facts, ownThreads > 0, keeps) + (onScratch ? 0 : coarse + 4 * spotCount);
  const isInPlace = onScratch && ownThreads > 0 && facts.isSearchedTogether;
  const building =
    neighborCount > 0 && chunkBytes > 0
      ? ownThreads * THREAD_BYTES + spotCount * (isInPlace ? GRAPH_IN_PLACE_BYTES : GRAPH_BUILD_BYTES)
      : 0;
  const far = facts.isFar ? NETWORK_BYTES + FETCHED_COPIES * (facts.reference?.readAheadBytes ?? 0) : 0;
  const held = facts.heldBytes + (facts.reference?.heldBytes ?? 0);
  // What reading shapes leaves in the calling thread's heap stays there: too little happens in it for a collection. Measured.
  const store = STORE_SPOT_BYTES * (facts.storeSpotCount ?? 0);
  const strips = onScratch ? STRIPS_GARBAGE_BYTES : 0;
  const own = PROCESS_BYTES + strips + WRITE_BYTES + far + held + facts.coordinateBytes + store;
  // The sample has been used before anything is scattered, but its memory is not given back: 10 million spots took the sum.
  const passes = threads + spots + samplesBytes(facts) + intervalBytes(facts) + scatterBytes(facts, keeps);
  // The memory of the coarse levels stays taken while the strips are swept.
  const least = onScratch ? coarse + leastWindow(facts) : 0;
  const left = Math.max(
    least,
    Math.min(budgetBytes - own - passes, MOST_WINDOW_BYTES, 2 * spotRowBytes(facts) * spotCount),
  );
  const windowBytes = onScratch ? Math.floor(left) : 0;
  const drawn = PYRAMID_BYTES + spotCount * (TEXEL_BYTES + (onScratch ? PLACE_BYTES : 0));
  return {
    budgetBytes,
    totalBytes: Math.ceil(
      own + Math.max(building + referenceBytes(facts), passes + windowBytes, spots + drawn),
    ),
    workers,
    threads: ownThreads,
    keeps,
    windowBytes,
    scratchBytes: onScratch ? scratchBytes(facts) + spotCount * (passBytes(facts) + neighborBytes(facts)) : 0,
    parts: { process: own, workers: threads, spots: Math.ceil(spots) },
  };
}

/** What passes leave of a spot on scratch: statistics, and where they are refined the start and the refined ones. */
function passBytes({ typeCount, precision, isRefined = false, maxTypes }: MemoryFacts): number {
  const statistics = typeCount + 1;
  return bytesOf(precision) * (isRefined ? typeCount + 2 * statistics + setWidth(maxTypes) : statistics);
}

function setWidth(maxTypes: number | undefined): number {
  return maxTypes === undefined ? 0 : setRowWidth(maxTypes);
}

/** The graph, and that of the first coarse level. */
function neighborBytes(facts: MemoryFacts): number {
  return 4 + 4 * degreeOf(facts) + 12;
}

/** What stays in memory for each spot during the passes and the solve. */
function bytesPerSpot(facts: MemoryFacts, isThreaded: boolean, keeps: MemoryPlan["keeps"]): number {
  const { typeCount, precision } = facts;
  const bytes = bytesOf(precision);
  const graph = 4 + 4 * degreeOf(facts);
  const answers = bytes + 4 + 1;
  // Counts, which are those of the result too, and sums of loadings.
  const sums = 2 * bytes;
  if (keeps === "scratch") {
    // The spatial order, and the position of each spot while statistics go to their strips.
    const spots = 4 + 4 + sums + answers;
    // A graph that was read, as threads see it, beside what it takes to arrange it.
    return facts.chunkBytes === 0 ? 2 * graph + 12 + spots : spots;
  }
  // A graph that was read (no counts are) is copied to where threads see it; one that was built is there already.
  const copies = isThreaded && facts.chunkBytes === 0 ? 2 : 1;
  const orders = 4 * 4;
  const coordinates = 16;
  const statistics = (typeCount + 1) * bytes;
  const tables = (facts.tableWidth + setWidth(facts.maxTypes)) * bytes;
  const solved = abundanceBytes(facts) + sums + answers + tables;
  return copies * graph + orders + coordinates + statistics + solved;
}

/**
 * Of a spot in memory. Where neighbours count, a solve in single precision may have to continue in double: then a copy in double is there
 * beside them.
 */
function abundanceBytes({ typeCount, precision, neighborCount }: MemoryFacts): number {
  const isWidened = precision === "float32" && neighborCount > 0;
  return typeCount * (bytesOf(precision) + (isWidened ? 8 : 0));
}

/** A row of the window: statistics, abundances (with room for doubles), neighbours. */
function spotRowBytes(facts: MemoryFacts): number {
  const { typeCount, precision } = facts;
  return (typeCount + 1) * bytesOf(precision) + typeCount * 8 + 12 + 4 * degreeOf(facts);
}

/**
 * The least window, for spots that fill a square. Strips follow each other as the shells of a walk from a corner, of at most 16 sqrt(N)
 * spots in blocks of 64; a stage stays two shells and two strips of 8,192 spots behind the one before.
 */
function leastWindow(facts: MemoryFacts): number {
  const { spotCount } = facts;
  const rows = Math.min(
    spotCount + STRIP_SPOTS,
    LEAST_STAGES * (32 * Math.sqrt(spotCount) + 2 * STRIP_SPOTS),
  );
  return rows * spotRowBytes(facts);
}

/** All coarse levels of the section. */
function coarseBytes(facts: MemoryFacts): number {
  const { spotCount, typeCount, precision, mayBeStrong, neighborCount } = facts;
  if (!mayBeStrong || neighborCount === 0) return 0;
  const size = {
    spotCount,
    meanDegree: degreeOf(facts),
    statWidth: typeCount + 1,
    typeCount,
    bytesPerNumber: bytesOf(precision),
  };
  return coarseLevelBytes(size);
}

function chunksInFlight({ areChunksPacked, areChunksGivenBack }: MemoryFacts): number {
  if (!areChunksPacked) return UNPACKED_CHUNKS_IN_FLIGHT;
  return areChunksGivenBack ? GIVEN_BACK_CHUNKS_IN_FLIGHT : CHUNKS_IN_FLIGHT;
}

function garbageBytes({ areChunksPacked, areChunksGivenBack }: MemoryFacts): number {
  return areChunksPacked && areChunksGivenBack ? LITTLE_GARBAGE_BYTES : GARBAGE_BYTES;
}

/** What the calling thread takes to read the reference, while others search for neighbours. */
function referenceBytes({ reference }: MemoryFacts): number {
  if (!reference) return 0;
  const chunks = Math.min(LONE_CHUNK_COPIES + reference.chunkCount - 1, CHUNKS_IN_FLIGHT);
  return chunks * reference.chunkBytes + reference.transposeBytes;
}

/** What a thread holds of a section behind a network, beside the chunks that it works on. */
function networkBytes({ readAheadBytes }: MemoryFacts): number {
  return readAheadBytes > 0 ? NETWORK_BYTES + FETCHED_COPIES * readAheadBytes : 0;
}

function scatterBytes(
  { spotCount, typeCount, tableWidth, precision }: MemoryFacts,
  keeps: MemoryPlan["keeps"],
): number {
  if (keeps === "memory") return 0;
  const width = typeCount + Math.max(1, tableWidth);
  // The tables' rows of a strip, as the solver fills them and beside its proportions.
  const strip = 2 * Math.min(spotCount, STRIP_SPOTS) * tableWidth * bytesOf(precision);
  return strip + Math.min(SCATTER_BYTES, spotCount * (4 + width * bytesOf(precision)));
}

function degreeOf({ neighborCount }: MemoryFacts): number {
  return MUTUAL_DEGREE * neighborCount;
}

function bytesOf(precision: MemoryFacts["precision"]): number {
  return precision === "float32" ? 4 : 8;
}

function notEnough(
  facts: MemoryFacts,
  { budgetBytes, workers }: MemoryRequest,
  plan: MemoryPlan,
): MemoryPlanError {
  const fewer = workers.isFixed && workers.count > 1 ? " Fewer workers need less." : "";
  return new MemoryPlanError({
    subject: "memory",
    found: `a budget of ${mebibytes(budgetBytes)}`,
    expected: `at least ${mebibytes(plan.totalBytes)} (${numbered(plan.workers, "worker")}, what is kept per spot in ${plan.keeps === "memory" ? "memory" : "scratch files"})`,
    remedy: `Give ${optionName("maxMemory", `${Math.ceil(plan.totalBytes / MIB)}MiB`)} or more.${fewer}${mostOf(plan, facts)}`,
  });
}

/** A sentence on what takes more than half of a plan, if one thing does. */
function mostOf({ workers, totalBytes }: MemoryPlan, facts: MemoryFacts): string {
  const half = totalBytes / 2;
  if (facts.coordinateBytes > half) {
    return ` Shapes of which ${mebibytes(facts.coordinateBytes)} are read at a time are most of it: coordinates in obsm/spatial of the table, or smaller row groups, need less.`;
  }
  if (workers * chunksInFlight(facts) * facts.chunkBytes > half) {
    return ` Stored chunks of ${mebibytes(facts.chunkBytes)} when decoded are most of it: a store with smaller chunks needs less.`;
  }
  if (referenceBytes(facts) > half) {
    return ` Reading the reference is most of it (${mebibytes(referenceBytes(facts))}): one with smaller chunks, or a table of mean counts per type, needs less.`;
  }
  return "";
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB).toLocaleString("en-US")} MiB`;
}
