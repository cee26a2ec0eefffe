import { describe, expect, it } from "vitest";
import { buildIndex } from "../src/index.js";

const score = (level: "green" | "amber" | "red") => ({ level, text: `it is ${level} & so on` });
const section = (name: string, level?: "green" | "amber" | "red") => ({
  name,
  scores: level ? [score(level)] : [],
});

describe("an index of sections", () => {
  it("has the worst first, with links and amounts of those that claim any", async () => {
    const html = await buildIndex({
      name: "slides",
      version: "1.2.3",
      typeNames: ["A", "B"],
      sections: [
        {
          ...section("good one", "green"),
          report: "good one.report.html",
          spotCount: 1000,
          ownCount: 900,
          shares: [0.25, 0.75],
        },
        { ...section("bad one", "red"), spotCount: 50, ownCount: 0 },
        { ...section("old one"), spotCount: 7 },
        { ...section("odd one", "amber"), report: "odd.report.html", shares: [1, 0] },
      ],
    });
    const rows = [...html.matchAll(/<th scope="row">(.*?)<\/th>/g)].map(([, text]) =>
      text.replace(/<[^>]*>/g, ""),
    );
    expect(rows.slice(0, 4)).toEqual(["bad one", "odd one", "good one", "old one"]);
    expect(html).toContain('<a href="./good%20one.report.html">good one</a>');
    expect(html).toContain("B (75 %), A (25 %)");
    expect(html).toContain("Shares of RNA.");
    expect(html).toContain("<td>90 %</td>");
    expect(html).toMatch(/Do not use the proportions of:<\/strong> bad one/);
    expect(html).toMatch(/Compare marker genes before you rely on:<\/strong> odd one/);
    expect(html).toContain("it is amber &amp; so on");
    expect(html.startsWith("<!doctype html>")).toBe(true);
    // Amounts are of two sections.
    expect(rows.slice(4)).toEqual(["good one", "odd one"]);
  });

  it("shows names as text, whatever they hold, and loads nothing", async () => {
    const name = `<script>alert(1)</script>"'&\u202e`;
    const html = await buildIndex({
      name,
      typeNames: [name],
      sections: [{ ...section(name, "green"), report: `${name}/../x.html`, shares: [1], spotCount: 1 }],
    });
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("\u202e");
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
    for (const link of links) expect(link).toMatch(/^(#[a-z]+|\.\/[\w.~!*'()%-]+)$/);
    expect(html).toContain("default-src 'none'");
  });

  it("tells where no reference is good, and is whole without amounts", async () => {
    const html = await buildIndex({
      name: "x",
      typeNames: [],
      sections: [section("a", "red"), section("b", "red")],
    });
    expect(html).not.toContain("Mean share of each type");
    expect(html).toContain("a, b");
  });
});
