import { collect } from "../../../packages/core/dist/index.js";
import { readColumn, readObsm } from "../../../packages/io-zarr/dist/index.js";
import { openStore } from "../../../packages/io-zarr/dist/node.js";

/** The proportions of each spot, and what a result says of its set where it has one. */
export async function readSets(path, key) {
  const store = await openStore(path);
  const { columnNames, values } = await readObsm(store, key);
  const { values: rows } = await collect(values);
  const column = async (name) => readColumn(store, `obs/${key}_${name}`).catch(() => undefined);
  const classes = await column("class");
  return {
    typeCount: columnNames.length,
    rows,
    classes: classes && Array.from(classes.codes, (code) => classes.categories[code]),
    scores: (await column("class_score"))?.values,
  };
}

/** The types above a threshold, those with most first, at most so many; as a set. */
function typesOf({ rows, typeCount }, spot, { threshold = 0, most = typeCount } = {}) {
  const at = spot * typeCount;
  const types = Array.from({ length: typeCount }, (_, k) => k).filter((k) => rows[at + k] > threshold);
  return types.sort((a, b) => rows[at + b] - rows[at + a]).slice(0, most);
}

const isSame = (one, other) => one.length === other.length && one.every((type) => other.includes(type));

/** How often the number of types is right, and which; and the same for each class. */
export function judge(known, found) {
  const spotCount = known.rows.length / known.typeCount;
  const spots = Array.from({ length: spotCount }, (_, spot) => {
    const [truth, own] = [typesOf(known, spot), typesOf(found, spot)];
    return {
      isRight: isSame(truth, own),
      isSize: truth.length === own.length,
      score: found.scores[spot],
      name: found.classes[spot],
    };
  });
  const classes = {};
  for (const { name, isRight } of spots) {
    const { spot_count = 0, right_count = 0 } = classes[name] ?? {};
    classes[name] = { spot_count: spot_count + 1, right_count: right_count + (isRight ? 1 : 0) };
  }
  const share = (which) => spots.filter(which).length / spotCount;
  return { right: share(({ isRight }) => isRight), size: share(({ isSize }) => isSize), classes, spots };
}

/** How often the types of an unlimited fit that are above a threshold, at most two, are the right ones. */
export function shareRight(known, found, threshold) {
  const spotCount = known.rows.length / known.typeCount;
  let count = 0;
  for (let spot = 0; spot < spotCount; spot++) {
    if (isSame(typesOf(known, spot), typesOf(found, spot, { threshold, most: 2 }))) count++;
  }
  return count / spotCount;
}

/** The same by the threshold that is right most often, which only the truth tells. */
export function bestThreshold(known, found) {
  let best = { threshold: 0, right: -1 };
  for (let percent = 2; percent < 40; percent += 2) {
    const right = shareRight(known, found, percent / 100);
    if (right > best.right) best = { threshold: percent / 100, right };
  }
  return best;
}

/** How often a right answer has a greater score than a wrong one. */
export function auc(spots) {
  const sorted = [...spots].sort((a, b) => a.score - b.score);
  let wrong = 0;
  let below = 0;
  for (const { isRight } of sorted) {
    if (isRight) below += wrong;
    else wrong++;
  }
  return below / (wrong * (sorted.length - wrong));
}
