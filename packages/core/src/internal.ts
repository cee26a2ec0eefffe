/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { type Allocate, allocateHere, allocateShared } from "./allocate.js";
export { breather } from "./breather.js";
export { buildCountLogs, fillCountLogs } from "./count-logs.js";
export { crc32 } from "./crc32.js";
export { nextLogarithmic, nextLogNormal, nextNormal, nextPoisson } from "./distributions.js";
export { type PackedError, packError, unpackError } from "./error-transfer.js";
export { freeArray, freeChunk, takeBuffer } from "./free-chunk.js";
export { isShared } from "./is-shared.js";
export { lowerBound } from "./lower-bound.js";
export { aboutAll, namingSection, sectionSubject } from "./naming-section.js";
export { byteSize, count, counted, percent, shortNumber } from "./number-words.js";
export { onAbort } from "./on-abort.js";
export { type OptionSchema, optionSchema, type SchemaIssue } from "./options/option-schema.js";
export {
  checkedOptions,
  checkOption,
  defaultsOf,
  type OptionSpec,
  type OptionTable,
} from "./options/option-table.js";
export {
  anObject,
  number,
  oneOf,
  optional,
  type ValueKind,
  wholeNumber,
  wordsOr,
  yesOrNo,
} from "./options/value-kind.js";
export {
  buildOrderedSum,
  finishOrderedSum,
  mergeOrderedSum,
  ORDERED_SUM_BLOCK,
  type OrderedSum,
  orderedSumAt,
} from "./ordered-sum.js";
export { portableExp, portableLog, portableLog1p } from "./portable-math.js";
export {
  escapedForShell,
  isPrintable,
  LONGEST_NAME,
  printableJson,
  printableLine,
  printableMessage,
  printableName,
} from "./printable.js";
export { projectRows } from "./project-rows.js";
export {
  buildStream,
  mixWord,
  nextBelow,
  nextUniform,
  nextWord,
  type RandomStream,
  type StreamKey,
  startStream,
  streamKey,
} from "./random-stream.js";
export { compareCodePoints } from "./reference-signature.js";
export { shortLog } from "./short-log.js";
export { sliceChunk } from "./slice-chunk.js";
export { resolveSpotRange } from "./spot-range.js";
export { countedTextAt, fileText, NotUtf8, notUtf8, strictText, textAt } from "./utf8-text.js";
export { numbered, optionName, shortList } from "./words.js";
