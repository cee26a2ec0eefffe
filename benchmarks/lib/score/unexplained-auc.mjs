/** How often a spot of a kind has a greater number than another one; spots without a number are left out. */
export function areaUnderCurve(numbers, isOfKind) {
  const spots = [...numbers.keys()].filter((spot) => !Number.isNaN(numbers[spot]));
  spots.sort((a, b) => numbers[a] - numbers[b]);
  let [others, below] = [0, 0];
  for (const spot of spots) {
    if (isOfKind(spot)) below += others;
    else others++;
  }
  return below / (others * (spots.length - others));
}
