/** What a message owes its reader: what was found, what was expected, and what to do about it. */
export interface ErrorParts {
  /** What this is about, for instance a path or an option; opens the message. */
  readonly subject: string;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
  readonly cause?: unknown;
}

export type ErrorTag =
  | "StoreError"
  | "FormatError"
  | "CountError"
  | "CoordinateError"
  | "GeneMismatchError"
  | "ShapeError"
  | "OptionError"
  | "MemoryPlanError"
  | "SolverError"
  | "WorkerError";

const ERROR_BRAND = "flashdeconv";

/** The common shape of every error this project throws on purpose. Aborts are never wrapped in one. */
export abstract class FlashdeconvError extends Error {
  abstract readonly tag: ErrorTag;
  /** Marks the error as ours across copies of this package and across threads. */
  readonly brand = ERROR_BRAND;
  readonly found: string;
  readonly expected: string;
  readonly remedy: string;
  /** Name of the store it is about, once that is known; the message then begins with it. */
  store?: string;
  /** The section it is about, once that is known; the message then begins with it. */
  section?: string;
  /** Whether it came of work for all sections: whoever did that work for one of them does not name it. */
  isOfAllSections?: boolean;

  constructor(parts: ErrorParts) {
    super(
      `${parts.subject}: found ${parts.found}, expected ${parts.expected}. ${parts.remedy}`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = new.target.name;
    this.found = parts.found;
    this.expected = parts.expected;
    this.remedy = parts.remedy;
  }
}

/** A store cannot be read or written: it is not there, access is refused, the disk is full, a request failed. */
export class StoreError extends FlashdeconvError {
  readonly tag = "StoreError";
  readonly path: string;
  readonly status: number | undefined;
  constructor(parts: Omit<ErrorParts, "subject"> & { path: string; status?: number }) {
    super({ ...parts, subject: parts.path });
    this.path = parts.path;
    this.status = parts.status;
  }
}

/** A store was read but its content breaks the format or is of a kind that is not supported. */
export class FormatError extends FlashdeconvError {
  readonly tag = "FormatError";
  readonly path: string;
  constructor(parts: Omit<ErrorParts, "subject"> & { path: string }) {
    super({ ...parts, subject: parts.path });
    this.path = parts.path;
  }
}

/** A value that cannot be a count: negative, not finite, or of a matrix that was logged or scaled. */
export class CountError extends FlashdeconvError {
  readonly tag = "CountError";
  readonly spot: string;
  readonly gene: string;
  readonly value: number;
  constructor(parts: ErrorParts & { spot: string; gene: string; value: number }) {
    super(parts);
    this.spot = parts.spot;
    this.gene = parts.gene;
    this.value = parts.value;
  }
}

/** Spots have no usable coordinates. `spot` names the first one concerned, where there is one. */
export class CoordinateError extends FlashdeconvError {
  readonly tag = "CoordinateError";
  readonly spot: string | undefined;
  constructor(parts: ErrorParts & { spot?: string }) {
    super(parts);
    this.spot = parts.spot;
  }
}

/** The spatial data and the reference share no gene. */
export class GeneMismatchError extends FlashdeconvError {
  readonly tag = "GeneMismatchError";
}

/** Arrays that belong together differ in length, or a dimension that must not be empty is. */
export class ShapeError extends FlashdeconvError {
  readonly tag = "ShapeError";
}

/** An option has a value it cannot take. */
export class OptionError extends FlashdeconvError {
  readonly tag = "OptionError";
  readonly option: string;
  readonly value: unknown;
  /** What the option must be, for instance "a number of at least 0". */
  readonly rule: string;
  constructor(parts: {
    option: string;
    value: unknown;
    rule: string;
    remedy?: string;
    /** In words, where the value itself says little. */
    found?: string;
    /** It cannot be left out. Nor can an argument of a command, `<name>`, or what is refused because it was left out. */
    isRequired?: boolean;
  }) {
    const { isRequired = parts.option.startsWith("<") || parts.value === undefined } = parts;
    super({
      subject: `option ${parts.option}`,
      found: parts.found ?? describeValue(parts.value),
      expected: parts.rule,
      remedy:
        parts.remedy ??
        `Give ${parts.option} such a value${isRequired ? "" : ", or leave it out for the default"}.`,
    });
    this.option = parts.option;
    this.value = parts.value;
    this.rule = parts.rule;
  }
}

/** The work does not fit in the memory it was given. */
export class MemoryPlanError extends FlashdeconvError {
  readonly tag = "MemoryPlanError";
}

/** A solver that is not part of this project broke a promise: it threw, gave no abundances, or did not come back. */
export class SolverError extends FlashdeconvError {
  readonly tag = "SolverError";
  readonly solver: string;
  /** Number of the spot that is concerned, where there is one. */
  readonly spot: number | undefined;
  constructor({ solver, spot, ...parts }: Omit<ErrorParts, "subject"> & { solver: string; spot?: number }) {
    super({ ...parts, subject: `solver ${solver}` });
    this.solver = solver;
    this.spot = spot;
  }
}

/** A worker died or broke its protocol. */
export class WorkerError extends FlashdeconvError {
  readonly tag = "WorkerError";
}

/** Whether a thrown value is one of ours, also when it comes from another copy of this package. */
export function isFlashdeconvError(value: unknown): value is FlashdeconvError {
  return value instanceof Error && (value as { brand?: unknown }).brand === ERROR_BRAND;
}

function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return JSON.stringify(value) ?? String(value);
}
