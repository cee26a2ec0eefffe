import { CHOICE_SECTIONS } from "../../runtime/sample-size.js";

/** Those of several sections that a strength for all is chosen on: all, or as many as may be, spread evenly over their order. */
export function spreadSections<T>(sections: readonly T[]): readonly T[] {
  const { length } = sections;
  if (length <= CHOICE_SECTIONS) return sections;
  return Array.from(
    { length: CHOICE_SECTIONS },
    (_, i) => sections[Math.floor(((i + 0.5) * length) / CHOICE_SECTIONS)],
  );
}
