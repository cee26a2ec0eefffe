import type { StoreAccess } from "../store-access.js";
import { redactUrl } from "./redact-url.js";
import { type ResolvedRemoteOptions, resolveRemoteOptions } from "./remote-options.js";
import type { RetryingFetch, SignRequest } from "./remote-request.js";
import { retryingFetch } from "./retrying-fetch.js";
import { type TransferLedger, transferLedger } from "./transfer-ledger.js";
import { withoutSecrets } from "./url-secrets.js";

/** All that reading behind a network needs. */
export interface HttpParts {
  /** The location as it may be shown. */
  readonly name: string;
  /** URL of the store, without a secret. */
  readonly url: string;
  readonly sign: SignRequest | undefined;
  readonly signedHow: string;
  readonly options: ResolvedRemoteOptions;
  readonly fetch: RetryingFetch;
  readonly ledger: TransferLedger;
}

/** What any place behind a network has in common. */
export function transferParts(access: StoreAccess): Pick<HttpParts, "options" | "fetch" | "ledger"> {
  const options = resolveRemoteOptions(access);
  const ledger = transferLedger(access.ledger);
  return { options, ledger, fetch: retryingFetch(options, { ledger }) };
}

export function httpParts(location: string, access: StoreAccess): HttpParts {
  const { url, sign } = withoutSecrets(location);
  const signedHow = sign
    ? "Requests carried the credentials in the URL."
    : "The request carried no credentials.";
  return { ...transferParts(access), name: redactUrl(location), url, sign, signedHow };
}
