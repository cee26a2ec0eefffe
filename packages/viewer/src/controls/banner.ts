import { count, counted, percent } from "@flashdeconv/core/internal";
import type { Facts } from "../read/facts.js";
import type { Shares } from "../read/result.js";
import { h, named } from "./h.js";
import { listed } from "./words.js";

const WORDS = { green: "Good", amber: "Careful", red: "Do not use" } as const;
const UNKNOWN =
  "Whether the reference describes this section was not measured in this result: compare marker genes before you rely on the maps.";

/** What is to be known before the maps are believed, the worst first; undefined where nothing is. */
export function bannerOf(facts: Facts, shares: Shares | undefined): HTMLElement | undefined {
  const lines: HTMLElement[] = [];
  const { level, levelText } = facts;
  if (level === "unknown") lines.push(h("p", {}, UNKNOWN));
  else if (level !== "green") {
    lines.push(h("p", {}, h("strong", {}, `${WORDS[level]}. `), levelText ?? ""));
  }
  if (!facts.isConverged) {
    lines.push(h("p", {}, "The solve stopped before it converged: allow more sweeps and run again."));
  }
  const without = shares?.withoutAnswer ?? 0;
  if (without > 0 && shares) {
    const all = without + shares.largestIn.reduce((sum, one) => sum + one, 0);
    const have = without === 1 ? "has" : "have";
    lines.push(
      h("p", {}, `${counted(without, "spot")} (${percent(without / all)}) ${have} no answer: drawn in grey.`),
    );
  }
  if (facts.silentTypes.length > 0) {
    const names = named(listed(facts.silentTypes));
    lines.push(
      h("p", {}, "Could not be found: the reference has no counts of ", names, " in the genes in use."),
    );
  }
  const isGrave = level !== "green" || lines.length > 0;
  if (!isGrave && facts.notices.length === 0) return undefined;
  const notices =
    facts.notices.length > 0
      ? h(
          "details",
          {},
          h(
            "summary",
            {},
            `${count(facts.notices.length)} ${facts.notices.length === 1 ? "notice" : "notices"} of the run`,
          ),
          h("ul", {}, ...facts.notices.map((text) => h("li", {}, named(text)))),
        )
      : undefined;
  return h("div", { class: `fd-banner fd-${level}`, role: "note" }, ...lines, notices);
}
