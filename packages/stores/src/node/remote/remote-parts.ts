import { redactUrl } from "../../remote/redact-url.js";
import { type ResolvedRemoteOptions, resolveRemoteOptions } from "../../remote/remote-options.js";
import { type RetryingFetch, retryingFetch, type SignRequest } from "../../remote/retrying-fetch.js";
import { type TransferLedger, transferLedger } from "../../remote/transfer-ledger.js";
import { withoutSecrets } from "../../remote/url-secrets.js";
import type { StoreAccess } from "../../store-access.js";
import { type BucketAccess, bucketAccess, objectUrl } from "./bucket-access.js";
import type { StoreLocation } from "./parse-location.js";

/** All that reading and writing behind a network needs. */
export interface RemoteParts {
  /** The location as it may be shown. */
  readonly name: string;
  /** URL of the store, without a secret. */
  readonly url: string;
  readonly sign: SignRequest | undefined;
  readonly signedHow: string;
  /** Present where the location is in a bucket. */
  readonly bucket?: BucketAccess & { readonly key: string };
  readonly options: ResolvedRemoteOptions;
  readonly fetch: RetryingFetch;
  readonly ledger: TransferLedger;
}

export async function remoteParts(
  location: Exclude<StoreLocation, { kind: "path" }>,
  access: StoreAccess,
): Promise<RemoteParts> {
  const options = resolveRemoteOptions(access);
  const ledger = transferLedger(access.ledger);
  const common = { options, ledger, fetch: retryingFetch(options, { ledger }) };
  if (location.kind === "url") {
    const { url, sign } = withoutSecrets(location.url);
    const signedHow = sign
      ? "Requests carried what the URL holds to show who asks."
      : "The request carried no credentials.";
    return { ...common, name: redactUrl(location.url), url, sign, signedHow };
  }
  const { service, bucket: name, key } = location;
  const bucket = await bucketAccess(service, name, access);
  const { sign, signedHow } = bucket;
  const url = key === "" ? bucket.bucketUrl : objectUrl(bucket, key);
  return {
    ...common,
    name: `${service}://${[name, key].filter(Boolean).join("/")}`,
    url,
    sign,
    signedHow,
    bucket: { ...bucket, key },
  };
}
