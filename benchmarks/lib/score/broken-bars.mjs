/** Sections whose own reference explains only part of them; of the last either may be said. */
const AMBER = ["pdac", "lymph-node"];
const EITHER = ["heart-66-genes"];
/** How far apart scores may be that differ in the scrambled references alone. */
const APART = 0.03;

/** What a score must do and does not, a sentence each. */
export function brokenBars(results) {
  const told = [];
  for (const { name, scores } of results) {
    const levels = (which) => (scores[which] ?? []).map(({ level }) => level);
    const wanted = EITHER.includes(name) ? ["green", "amber"] : [AMBER.includes(name) ? "amber" : "green"];
    if (!levels("sound").every((level) => wanted.includes(level)))
      told.push(`${name}: its own reference is ${levels("sound")[0]}`);
    if (!levels("permuted").every((level) => level === "red"))
      told.push(`${name}: permuted names are not red`);
    const never = ["half", "labels", ...Object.keys(scores).filter((which) => which.startsWith("of "))];
    for (const which of never) if (levels(which).includes("green")) told.push(`${name}: ${which} is green`);
    const found = scores.sound.map(({ explained }) => explained);
    if (Math.max(...found) - Math.min(...found) > APART) told.push(`${name}: scrambled references matter`);
  }
  return told;
}
