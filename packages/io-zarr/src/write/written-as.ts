/** An attribute of the root of what flashdeconv writes as a whole: "result", "simulation", "signature", "expression" or "conversion". */
export const WRITTEN_AS = "flashdeconv";
