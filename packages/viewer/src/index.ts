/**
 * A result in a page: maps to move about in, composition under the pointer, selections.
 *
 * @packageDocumentation
 */
export {
  type AmountField,
  type Backdrop,
  type BlendField,
  type ClassField,
  type Field,
  type Ground,
  NO_ANSWER,
  NO_SPOT,
  type PointGround,
  type TexelGround,
  type View,
} from "./contracts.js";
