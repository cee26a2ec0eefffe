import { type HttpParts, httpParts, transferParts } from "../../remote/http-parts.js";
import type { StoreAccess } from "../../store-access.js";
import { type BucketAccess, bucketAccess, objectUrl } from "./bucket-access.js";
import type { RemoteLocation } from "./parse-location.js";

/** All that reading and writing behind a network needs. */
export interface RemoteParts extends HttpParts {
  /** Present where the location is in a bucket. */
  readonly bucket?: BucketAccess & { readonly key: string };
}

export async function remoteParts(location: RemoteLocation, access: StoreAccess): Promise<RemoteParts> {
  if (location.opener === "url") return httpParts(location.url, access);
  const { service, bucket: name, key } = location;
  const bucket = await bucketAccess(service, name, access);
  const { sign, signedHow } = bucket;
  const url = key === "" ? bucket.bucketUrl : objectUrl(bucket, key);
  return {
    ...transferParts(access),
    name: `${service}://${[name, key].filter(Boolean).join("/")}`,
    url,
    sign,
    signedHow,
    bucket: { ...bucket, key },
  };
}
