/** Types and the groups that they belong to, level by level. */
export interface Hierarchy {
  /** What the levels are called: that of the types first, then upwards. At least two. */
  readonly levels: readonly string[];
  /** For each type its name and that of its group at each level above, in the order of the levels. */
  readonly rows: readonly (readonly string[])[];
}
