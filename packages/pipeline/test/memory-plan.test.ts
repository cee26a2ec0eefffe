import { MemoryPlanError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryPlan, planMemory } from "../src/index.js";
import type { MemoryFacts, ReferenceFacts } from "../src/internal.js";
import type { MemoryRequest } from "../src/runtime/memory-plan.js";

const MIB = 2 ** 20;

const million: MemoryFacts = {
  spotCount: 1_000_000,
  typeCount: 20,
  tableWidth: 0,
  geneCount: 18_000,
  precision: "float32",
  neighborCount: 6,
  mayBeStrong: false,
  chunkBytes: 8 * MIB,
  areChunksPacked: true,
  transposeBytes: 0,
  isFar: false,
  readAheadBytes: 0,
  heldBytes: 0,
  reference: undefined,
  coordinateBytes: 0,
  sampledValuesPerSpot: 0,
};
const reference: ReferenceFacts = {
  chunkBytes: MIB,
  chunkCount: 1,
  transposeBytes: 0,
  readAheadBytes: 0,
  heldBytes: 0,
};
const request = (budgetBytes: number, more: Partial<MemoryRequest> = {}): MemoryRequest => ({
  budgetBytes,
  workers: { count: 2, isFixed: false },
  scratch: "auto",
  ...more,
});

/** The plan, or the message of the refusal. */
function attempt(facts: MemoryFacts, asked: MemoryRequest): MemoryPlan | string {
  try {
    return planMemory(facts, asked);
  } catch (error) {
    if (error instanceof MemoryPlanError) return error.message;
    throw error;
  }
}

const facts = fc.record<MemoryFacts>({
  spotCount: fc.integer({ min: 1, max: 2e7 }),
  typeCount: fc.integer({ min: 1, max: 80 }),
  tableWidth: fc.constantFrom(0, 1, 80),
  geneCount: fc.integer({ min: 1, max: 60_000 }),
  precision: fc.constantFrom("float32", "float64"),
  neighborCount: fc.integer({ min: 0, max: 20 }),
  mayBeStrong: fc.boolean(),
  chunkBytes: fc.integer({ min: 0, max: 2 ** 31 }),
  areChunksPacked: fc.boolean(),
  transposeBytes: fc.integer({ min: 0, max: 2 ** 28 }),
  isFar: fc.boolean(),
  readAheadBytes: fc.integer({ min: 0, max: 2 ** 28 }),
  heldBytes: fc.integer({ min: 0, max: 2 ** 28 }),
  reference: fc.option(
    fc.record({
      chunkBytes: fc.integer({ min: 1, max: 2 ** 31 }),
      chunkCount: fc.integer({ min: 1, max: 1000 }),
      transposeBytes: fc.integer({ min: 0, max: 2 ** 28 }),
      readAheadBytes: fc.integer({ min: 0, max: 2 ** 28 }),
      heldBytes: fc.integer({ min: 0, max: 2 ** 28 }),
    }),
    { nil: undefined },
  ),
  coordinateBytes: fc.integer({ min: 0, max: 2 ** 32 }),
  sampledValuesPerSpot: fc.integer({ min: 0, max: 60_000 }),
});
const requests = fc.record<MemoryRequest>({
  budgetBytes: fc.integer({ min: 1, max: 16 * 1024 }).map((size) => size * MIB),
  workers: fc.record({ count: fc.integer({ min: 1, max: 16 }), isFixed: fc.boolean() }),
  scratch: fc.constantFrom("auto", "always", "never"),
});

describe("a memory plan", () => {
  it("stays within its budget, or is refused with a budget that would do", () => {
    fc.assert(
      fc.property(facts, requests, (known, asked) => {
        const plan = attempt(known, asked);
        if (typeof plan !== "string") {
          expect(plan.totalBytes).toBeLessThanOrEqual(asked.budgetBytes);
          expect(plan.workers).toBeLessThanOrEqual(asked.workers.count);
          if (asked.workers.isFixed) expect(plan.workers).toBe(asked.workers.count);
          if (asked.scratch === "always") expect(plan.keeps).toBe("scratch");
          if (asked.scratch === "never") expect(plan.keeps).toBe("memory");
          expect(plan.windowBytes > 0).toBe(plan.keeps === "scratch");
          expect(plan.scratchBytes > 0).toBe(plan.keeps === "scratch");
          return;
        }
        const named = Number(/\{ maxMemory: "(\d+)MiB" \}/.exec(plan)?.[1]);
        expect(named * MIB).toBeGreaterThan(asked.budgetBytes);
        const enough = attempt(known, { ...asked, budgetBytes: named * MIB });
        expect(enough).toHaveProperty("totalBytes");
        const less = attempt(known, { ...asked, budgetBytes: (named - 1) * MIB });
        expect(less).toEqual(expect.any(String));
      }),
    );
  });

  it("keeps a million spots in memory where it can, else on scratch, else with fewer threads", () => {
    expect(attempt(million, request(2048 * MIB))).toMatchObject({ keeps: "memory", workers: 2 });
    expect(attempt(million, request(2048 * MIB, { scratch: "always" }))).toMatchObject({ keeps: "scratch" });
    const tight = attempt(million, request(1));
    const least = Number(/\{ maxMemory: "(\d+)MiB" \}/.exec(String(tight))?.[1]);
    expect(attempt(million, request(least * MIB))).toMatchObject({ workers: 1 });
  });

  it("fits ten million spots into 2 GiB", () => {
    const plan = attempt({ ...million, spotCount: 10_000_000 }, request(2048 * MIB));
    expect(plan).toMatchObject({ keeps: "scratch", workers: 2 });
  });

  it("counts the sample on which smoothing is chosen: by its values, at most those of its spots and genes", () => {
    const bytes = (more: Partial<MemoryFacts>) =>
      (attempt({ ...million, ...more }, request(64 * 1024 * MIB)) as MemoryPlan).totalBytes;
    const extra = (values: number, more: Partial<MemoryFacts> = {}) =>
      bytes({ ...more, sampledValuesPerSpot: values }) - bytes(more);
    expect(extra(200)).toBeGreaterThan(2304 * 200 * 56);
    // Beyond the spots that every section gives, only rows as short as those of a sparse section are taken.
    expect(extra(200)).toBeLessThan(112 * MIB);
    expect(extra(4000) - extra(2000)).toBeCloseTo(2304 * 2000 * 1.5 * 56, -1);
    expect(extra(60_000)).toBe(extra(18_000));
    const small = { spotCount: 100 };
    expect(extra(2000, small)).toBeLessThan(extra(2000) / 20);
  });

  it("counts the tables that a solver yields: in memory, or on scratch and by the strip", () => {
    const plan = (tableWidth: number, scratch: "always" | "never") =>
      attempt({ ...million, tableWidth }, request(64 * 1024 * MIB, { scratch })) as MemoryPlan;
    expect(plan(20, "never").totalBytes - plan(0, "never").totalBytes).toBe(1e6 * 20 * 4);
    const [with20, without] = [plan(20, "always"), plan(0, "always")];
    expect(with20.totalBytes - without.totalBytes).toBe(2 * 8192 * 20 * 4);
    expect(with20.scratchBytes - without.scratchBytes).toBe(1e6 * 20 * 4);
  });

  it("counts what is fetched ahead, in every thread and twice, and the reference's once", () => {
    const bytes = (more: Partial<MemoryFacts>, workers = 2) =>
      (
        attempt(
          { ...million, ...more },
          request(64 * 1024 * MIB, { workers: { count: workers, isFixed: true } }),
        ) as MemoryPlan
      ).totalBytes;
    const near = bytes({});
    const far = bytes({ isFar: true, readAheadBytes: 32 * MIB });
    expect(far - near).toBeGreaterThan(2 * 2 * 32 * MIB);
    expect(far - near).toBeLessThan(2 * 2 * 32 * MIB + 128 * MIB);
    const more = bytes({
      isFar: true,
      readAheadBytes: 48 * MIB,
      reference: { ...reference, readAheadBytes: 16 * MIB },
    });
    expect(more - far).toBe(2 * 2 * 16 * MIB + 2 * 16 * MIB);
    expect(bytes({ isFar: true, readAheadBytes: 32 * MIB }, 4) - bytes({}, 4)).toBeGreaterThan(
      far - near + 2 * 2 * 32 * MIB,
    );
  });

  it("counts what open stores hold, the section's in every thread and the reference's once", () => {
    const bytes = (more: Partial<MemoryFacts>, count: number) => {
      const asked = request(64 * 1024 * MIB, { workers: { count, isFixed: true } });
      return (attempt({ ...million, ...more }, asked) as MemoryPlan).totalBytes;
    };
    expect(bytes({ heldBytes: 30 * MIB }, 3) - bytes({}, 3)).toBe(4 * 30 * MIB);
    const held = { reference: { ...reference, heldBytes: 30 * MIB } };
    expect(bytes(held, 3) - bytes({ reference }, 3)).toBe(30 * MIB);
  });

  it("gives more to chunks that are not packed, as they are held twice", () => {
    const bytes = (areChunksPacked: boolean) =>
      (attempt({ ...million, areChunksPacked }, request(64 * 1024 * MIB)) as MemoryPlan).totalBytes;
    expect(bytes(false) - bytes(true)).toBe(2 * 2.5 * million.chunkBytes);
  });

  it("counts shapes that are joined, beside all else", () => {
    const plan = (coordinateBytes: number) =>
      attempt({ ...million, coordinateBytes }, request(64 * 1024 * MIB)) as MemoryPlan;
    expect(plan(300 * MIB).totalBytes - plan(0).totalBytes).toBe(300 * MIB);
    expect(attempt({ ...million, coordinateBytes: 4096 * MIB }, request(1024 * MIB))).toMatch(
      /Shapes of which 4,096 MiB are read at a time are most of it: coordinates in obsm\/spatial/,
    );
  });

  it("counts what reading the reference takes, beside the search for neighbours", () => {
    const bytes = (chunkBytes: number, more: Partial<ReferenceFacts> = {}) => {
      const facts = { ...million, reference: { ...reference, chunkBytes, ...more } };
      return (attempt(facts, request(64 * 1024 * MIB)) as MemoryPlan).totalBytes;
    };
    const least = bytes(1);
    expect(bytes(8 * MIB)).toBe(least);
    expect(bytes(8 * MIB, { chunkCount: 500 })).toBe(least);
    // Four times where it is the only one, up to ten where there are more; beside that what a matrix by gene takes.
    const lone = bytes(300 * MIB);
    expect(bytes(301 * MIB) - lone).toBe(4 * MIB);
    expect(bytes(300 * MIB, { chunkCount: 3 }) - lone).toBe(2 * 300 * MIB);
    expect(bytes(300 * MIB, { chunkCount: 500 }) - lone).toBe(6 * 300 * MIB);
    expect(bytes(300 * MIB, { transposeBytes: 50 * MIB }) - lone).toBe(50 * MIB);
    const refused = { ...million, reference: { ...reference, chunkBytes: 1024 * MIB } };
    expect(attempt(refused, request(1024 * MIB))).toMatch(
      /Reading the reference is most of it \(4,096 MiB\): one with smaller chunks/,
    );
  });

  it("says so where stored chunks are what takes the memory", () => {
    const shards = { ...million, chunkBytes: 1024 * MIB };
    const refused = request(1024 * MIB, { workers: { count: 2, isFixed: true } });
    expect(attempt(shards, refused)).toMatch(
      /Stored chunks of 1,024 MiB when decoded are most of it.*smaller chunks/,
    );
    expect(attempt(shards, refused)).toMatch(/Fewer workers need less/);
  });
});
