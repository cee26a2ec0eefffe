/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { openRecords, type Records } from "./store/records.js";
export type { CompoundMember, Hdf5Type } from "./values/types.js";
export {
  type ArrayItems,
  type Attributes,
  type FileTarget,
  type Hdf5Writer,
  hdf5Writer,
  type NewArray,
} from "./write/hdf5-writer.js";
export { type ItemType, type RecordType, recordType } from "./write/types-out.js";
