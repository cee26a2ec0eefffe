import {
  CoordinateError,
  CountError,
  type ErrorTag,
  type FlashdeconvError,
  FormatError,
  GeneMismatchError,
  isFlashdeconvError,
  MemoryPlanError,
  OptionError,
  ShapeError,
  SolverError,
  StoreError,
  WorkerError,
} from "./errors.js";

/** An error as plain data, fit to be posted to another thread: structured cloning keeps neither class nor fields. */
export interface PackedError {
  readonly tag: ErrorTag | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

const CLASSES: Readonly<Record<ErrorTag, { prototype: FlashdeconvError }>> = {
  StoreError,
  FormatError,
  CountError,
  CoordinateError,
  GeneMismatchError,
  ShapeError,
  OptionError,
  MemoryPlanError,
  SolverError,
  WorkerError,
};

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { tag: undefined, fields: { name: "Error", message: String(error) } };
  const { name, message, stack } = error;
  const own = isFlashdeconvError(error) ? Object.fromEntries(Object.entries(error).filter(isCloneable)) : {};
  return { tag: isFlashdeconvError(error) ? error.tag : undefined, fields: { ...own, name, message, stack } };
}

/** The error again: of its own class with its fields where it was one of ours, else an Error of the same name and message. */
export function unpackError({ tag, fields }: PackedError): Error {
  const error = tag === undefined ? new Error() : (Object.create(CLASSES[tag].prototype) as Error);
  for (const [field, value] of Object.entries(fields)) {
    // Like those of a fresh error, these three are not listed among its fields.
    const enumerable = field !== "message" && field !== "stack" && field !== "name";
    Object.defineProperty(error, field, { value, enumerable, writable: true, configurable: true });
  }
  return error;
}

function isCloneable([, value]: [string, unknown]): boolean {
  return value === null || ["string", "number", "boolean", "undefined", "bigint"].includes(typeof value);
}
