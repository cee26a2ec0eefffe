/** How far from its optimum the first solve may stop: what is refined from there came out the same to 0.0001. */
export const FIRST_TOLERANCE = 2e-2;
/** The first solve draws spots together by this part of the strength: a step from where a spot has lost a type can at most double it. */
export const FIRST_STRENGTH = 2 / 3;
