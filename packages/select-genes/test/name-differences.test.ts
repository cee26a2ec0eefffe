import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignGenes } from "../src/index.js";
import { compareColumns, spellingGains } from "../src/internal.js";

/** None begins as the prefix of a genome does. */
const SYMBOL = fc.stringMatching(/^[A-FH-Z][A-Z]{2}[A-Z0-9]{1,4}-[A-Z0-9]{1,3}_[A-Z]{2}$/);
const SYMBOLS = fc.uniqueArray(SYMBOL, { minLength: 5, maxLength: 30 });

/** What programs do to names, and the words by which the message tells it. */
const DAMAGES: readonly (readonly [string, (name: string) => string])[] = [
  ["blanks at the ends", (name) => ` ${name} `],
  ["letter case", (name) => name[0] + name.slice(1).toLowerCase()],
  ["version suffixes", (name) => `${name}.12`],
  ["genome prefixes", (name) => `GRCh38_${name}`],
  ["hyphens in place of underscores", (name) => name.replaceAll("_", "-")],
  ["dots in place of other characters", (name) => name.replaceAll("-", ".")],
];

describe("spelling", () => {
  it.each(DAMAGES)("is seen as what it is: %s, of all names or of some", (cause, damage) => {
    fc.assert(
      fc.property(SYMBOLS, fc.integer({ min: 1, max: 30 }), (names, count) => {
        const damaged = names.map((name, i) => (i < count ? damage(name) : name));
        const gains = spellingGains(damaged, names);
        const undone = new Set(damaged.filter((name) => !names.includes(name))).size;
        const gain = gains.find((found) => found.cause.startsWith(cause));
        expect(gain?.gainedCount).toBe(undone);
        // Nothing is renamed.
        const shared = damaged.filter((name) => names.includes(name));
        if (shared.length > 0) expect(alignGenes(damaged, names).geneNames).toEqual([...shared].sort());
      }),
    );
  });

  it("of equal names gains nothing, whichever they are", () => {
    fc.assert(
      fc.property(SYMBOLS, (names) => {
        expect(spellingGains(names, [...names].reverse())).toEqual([]);
      }),
    );
  });

  it("of R that put an X before a digit is undone too", () => {
    expect(spellingGains(["X7SK", "HLA.A"], ["7SK", "HLA-A"])).toEqual([
      expect.objectContaining({ gainedCount: 2, example: ["X7SK", "7SK"] }),
    ]);
  });
});

describe("genes without a name", () => {
  it("match none", () => {
    const { geneNames, notices } = alignGenes(["", "A", "", "B"], ["", "B", ""]);
    expect(geneNames).toEqual(["B"]);
    expect(notices).toEqual([]);
  });
});

describe("columns of names", () => {
  it("are compared each with each, as sets", () => {
    const names = fc.array(fc.constantFrom("a", "b", "c", "d", ""), { maxLength: 6 });
    const side = fc.array(names, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(side, side, (spatial, reference) => {
        const named = (columns: string[][]) =>
          columns.map((column, i) => ({ key: i === 0 ? undefined : `k${i}`, names: column }));
        const matches = compareColumns(named(spatial), named(reference));
        let most = Number.POSITIVE_INFINITY;
        for (const { spatialKey, referenceKey, sharedCount } of matches) {
          const at = (key: string | undefined) => Number(key?.slice(1) ?? 0);
          const there = reference[at(referenceKey)];
          const shared = new Set(
            spatial[at(spatialKey)].filter((name) => name !== "" && there.includes(name)),
          );
          expect(sharedCount).toBe(shared.size);
          expect(sharedCount).toBeLessThanOrEqual(most);
          most = sharedCount;
        }
        const pairs = spatial.flatMap((a) =>
          reference.map((b) => a.some((name) => name !== "" && b.includes(name))),
        );
        expect(matches.length).toBe(pairs.filter(Boolean).length);
      }),
    );
  });
});
