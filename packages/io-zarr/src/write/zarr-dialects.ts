import type { ZarrDialect } from "./zarr-dialect.js";
import { zarrV2 } from "./zarr-v2.js";
import { zarrV3 } from "./zarr-v3.js";

export function dialectOf(zarrFormat: 2 | 3): ZarrDialect {
  return zarrFormat === 2 ? zarrV2 : zarrV3;
}
