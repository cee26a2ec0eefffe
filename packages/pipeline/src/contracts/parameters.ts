/** Plain values that JSON, AnnData's `uns` and structuredClone all take. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly string[]
  | Int32Array
  | Float64Array
  | Parameters;
export interface Parameters {
  readonly [name: string]: ParameterValue;
}
