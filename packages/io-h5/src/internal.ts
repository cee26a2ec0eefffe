/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export {
  type ArrayItems,
  type Attributes,
  type FileTarget,
  type Hdf5Writer,
  hdf5Writer,
  type NewArray,
} from "./write/hdf5-writer.js";
export type { ItemType } from "./write/types-out.js";
