/** What intervals must do on simulated sections, in the mean over seeds. */
const SIMULATED = { above: [0.85, 0.96], all: [0.87, 0.97], falsePresence: 0.03 };
const REAL_FALSE_PRESENCE = 0.08;

/** What they must do and do not, a sentence each. */
export function brokenBars(results) {
  const told = [];
  for (const { name, isReal, leastAbove, mean } of results) {
    if (isReal) {
      if (leastAbove === undefined) continue;
      if (mean.coverage_above < leastAbove)
        told.push(`${name}: ${mean.coverage_above.toFixed(3)} of estimates above .02, not ${leastAbove}`);
      if (mean.false_presence > REAL_FALSE_PRESENCE)
        told.push(`${name}: ${mean.false_presence.toFixed(3)} of what is called present is not`);
      continue;
    }
    for (const [what, [least, most], found] of [
      ["estimates above .02", SIMULATED.above, mean.coverage_above],
      ["all entries", SIMULATED.all, mean.coverage],
    ]) {
      if (found < least || found > most) told.push(`${name}: ${found.toFixed(3)} of ${what}`);
    }
    if (mean.false_presence > SIMULATED.falsePresence)
      told.push(`${name}: ${mean.false_presence.toFixed(3)} of what is called present is not`);
  }
  return told;
}
