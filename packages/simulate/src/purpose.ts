/** What the numbers are for; one seed gives each purpose numbers of its own. Changing a value changes the data. */
export const PURPOSE = {
  baseline: 1,
  markers: 2,
  typeExpression: 3,
  platform: 4,
  domains: 5,
  composition: 6,
  position: 7,
  counts: 8,
  reference: 9,
  shuffle: 10,
} as const;
