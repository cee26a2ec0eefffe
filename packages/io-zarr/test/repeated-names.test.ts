import type { Notice } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packStrings } from "../src/codecs/vlen-utf8.js";
import { openSpatial } from "../src/index.js";
import { nameList } from "../src/read/name-source.js";
import { notingRepeats } from "../src/read/repeated-names.js";
import { tinyAnnData } from "./read-tiny-anndata.js";

/** What is told of names, and how many came through. */
async function told(names: readonly string[], hash?: () => number): Promise<[string[], number]> {
  const notices: Notice[] = [];
  const onNotice = (notice: Notice) => notices.push(notice);
  let count = 0;
  for await (const chunk of notingRepeats(nameList("obs/_index", packStrings(names)), { onNotice }, hash)) {
    count += chunk.count;
  }
  expect(notices.every(({ code }) => code === "repeated-names")).toBe(true);
  return [notices.map(({ message }) => message), count];
}

describe("names that repeat", () => {
  it("are counted, with the first of them", async () => {
    const [[message, ...rest], count] = await told(["b", "a", "c", "a", "b", "a"]);
    expect([rest, count]).toEqual([[], 6]);
    expect(message).toMatch(/^obs\/_index: 3 of 6 names repeat an earlier one, "a" for instance\./);
  });

  it("are counted exactly, whatever the hashes: names are compared themselves", async () => {
    const names = fc.array(fc.oneof(fc.constantFrom("", "a", "ä", "aa", "AAAC-1"), fc.string()), {
      maxLength: 40,
    });
    const hashes = fc.constantFrom(
      undefined,
      () => 0,
      () => -1,
    );
    await fc.assert(
      fc.asyncProperty(names, hashes, async (list, hash) => {
        const expected = list.length - new Set(list).size;
        const [messages] = await told(list, hash);
        expect(messages.length).toBe(expected > 0 ? 1 : 0);
        if (expected > 0) expect(messages[0]).toContain(`: ${expected} of ${list.length} names repeat`);
      }),
    );
  });

  it("are counted over the chunks of many names, and a long one is cut", async () => {
    const long = "x".repeat(200);
    const names = Array.from({ length: 70_000 }, (_, i) => (i === 5 || i === 69_999 ? long : `spot-${i}`));
    const [[message], count] = await told(names);
    expect(count).toBe(70_000);
    expect(message).toContain(
      `: 1 of 70000 names repeat an earlier one, "${"x".repeat(80)}..." for instance`,
    );
    expect((await told(names.map((_, i) => `spot-${i}`)))[0]).toEqual([]);
  });

  it("are told by an opened section, to whoever reads all names", async () => {
    const notices: string[] = [];
    const onNotice = ({ code }: Notice) => notices.push(code);
    const section = await openSpatial(tinyAnnData([[1], [2]], { spotNames: ["s", "s"] }), { onNotice });
    expect(await section.readSpotName(1)).toBe("s");
    expect(notices).toEqual([]);
    for await (const _ of section.spotNames());
    expect(notices).toEqual(["repeated-names"]);
  });
});
