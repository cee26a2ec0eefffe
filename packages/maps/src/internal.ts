/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { halvedFrame, placeOf, type TexelFrame, type TexelMatrix, texelAt } from "./texel-frame.js";
