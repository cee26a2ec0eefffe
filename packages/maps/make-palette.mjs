// Prints the palette of src/palette.ts: the twenty that results have had from the first (six of Okabe and Ito, then the farthest from all
// before), then one by one the colour that is farthest from all before it in the worst of four ways of seeing. By hand, on the Node of the workspace: npx node make-palette.mjs
import { distance, seenBy, VISIONS } from "./test/color-vision.ts";

const SEEDS =
  "0072b2 d55e00 009e73 cc79a7 56b4e9 e69f00 691e1e 3c0f96 87f0c3 5a00ff 695a5a 8778ff d2e100 c3000f 87c387 b4d2ff 3c3c5a c31e96 6900c3 e11ed2".split(
    " ",
  );
const COUNT = 60;

const candidates = [];
for (let r = 0; r <= 255; r += 15) {
  for (let g = 0; g <= 255; g += 15) {
    for (let b = 0; b <= 255; b += 15) {
      const views = VISIONS.map((vision) => seenBy([r, g, b], vision));
      if (views[0][0] >= 0.35 && views[0][0] <= 0.88) candidates.push({ rgb: [r, g, b], views });
    }
  }
}
const chosen = SEEDS.map((hex) => {
  const rgb = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return { rgb, views: VISIONS.map((vision) => seenBy(rgb, vision)) };
});
const nearest = candidates.map((one) => Math.min(...chosen.map((other) => apart(one, other))));
while (chosen.length < COUNT) {
  const best = nearest.indexOf(Math.max(...nearest));
  chosen.push(candidates[best]);
  for (const [i, one] of candidates.entries()) {
    nearest[i] = Math.min(nearest[i], apart(one, candidates[best]));
  }
}
console.log(chosen.map(({ rgb }) => rgb.map((v) => v.toString(16).padStart(2, "0")).join("")).join(" "));

function apart(a, b) {
  return Math.min(...VISIONS.map((_, i) => distance(a.views[i], b.views[i])));
}
