/** What the process ends with. */
export const EXIT_CODES = {
  done: 0,
  /** A fault of flashdeconv's own. */
  fault: 1,
  /** Options or input that cannot be used. */
  badInput: 2,
  /** Done, but --fail-on asks for a failure where the reference scores so. */
  mismatch: 3,
  /** As a shell reports a process that SIGINT ended. */
  interrupted: 130,
} as const;
