import { OptionError, StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import { AwsV4Signer } from "aws4fetch";
import { escapeSegment } from "../../remote/http-store.js";
import { redactUrl } from "../../remote/redact-url.js";
import type { SignRequest } from "../../remote/remote-request.js";
import { withQuery } from "../../remote/url-secrets.js";
import type { StoreAccess } from "../../store-access.js";
import { type AwsKeys, awsSettings } from "./aws-settings.js";
import type { Service } from "./parse-location.js";
import { redirectedRegion } from "./s3-host.js";

/** How objects of a bucket are reached. */
export interface BucketAccess {
  readonly service: Service;
  /** URL of the bucket, without a slash at its end; objects lie below it. */
  readonly bucketUrl: string;
  /** Undefined where requests go unsigned. */
  readonly sign: SignRequest | undefined;
  readonly signedHow: string;
}

/** The URL of a key in the bucket. */
export function objectUrl({ bucketUrl }: Pick<BucketAccess, "bucketUrl">, key: string): string {
  return [bucketUrl, ...key.split("/").map(escapeSegment)].join("/");
}

/** Finds out how a bucket is reached; throws OptionError for an endpoint that is not a plain URL, StoreError as awsSettings; credentials come from the environment, for S3 also from the AWS files. */
export async function bucketAccess(
  service: Service,
  bucket: string,
  access: StoreAccess,
): Promise<BucketAccess> {
  if (access.endpointUrl !== undefined) checkEndpoint(access.endpointUrl);
  if (service === "s3") return s3(bucket, access);
  return service === "gs" ? google(bucket, access) : azure(bucket, access);
}

async function s3(bucket: string, access: StoreAccess): Promise<BucketAccess> {
  const { keys, region, endpointUrl, signedHow } = await awsSettings(access);
  if (endpointUrl !== undefined) checkEndpoint(endpointUrl);
  // A dot in the name does not go with the certificate of *.s3.amazonaws.com.
  const bucketUrl =
    endpointUrl !== undefined
      ? `${trimmed(endpointUrl)}/${bucket}`
      : bucket.includes(".")
        ? `https://s3.${region}.amazonaws.com/${bucket}`
        : `https://${bucket}.s3.${region}.amazonaws.com`;
  return { service: "s3", bucketUrl, sign: keys && signAws(keys, region, bucketUrl), signedHow };
}

function signAws(keys: AwsKeys, region: string, bucketUrl: string): SignRequest {
  const cache = new Map<string, ArrayBuffer>();
  const sign: SignRequest = async ({ method, url, headers, body }) => {
    const signer = new AwsV4Signer({
      ...keys,
      method,
      url,
      headers: { ...headers },
      body: body as Uint8Array<ArrayBuffer> | undefined,
      service: "s3",
      region,
      cache,
    });
    const signed = await signer.sign();
    return { url: signed.url.href, headers: Object.fromEntries(signed.headers) };
  };
  sign.at = (target, answer) => {
    const other = redirectedRegion(bucketUrl, target, answer.get("x-amz-bucket-region"));
    return other === undefined ? undefined : signAws(keys, other, bucketUrl);
  };
  return sign;
}

function google(bucket: string, { endpointUrl, anonymous }: StoreAccess): BucketAccess {
  const { GOOGLE_OAUTH_ACCESS_TOKEN, CLOUDSDK_AUTH_ACCESS_TOKEN } = process.env;
  const token = anonymous ? undefined : (GOOGLE_OAUTH_ACCESS_TOKEN ?? CLOUDSDK_AUTH_ACCESS_TOKEN);
  return {
    service: "gs",
    bucketUrl: `${trimmed(endpointUrl ?? "https://storage.googleapis.com")}/${bucket}`,
    sign: token === undefined ? undefined : bearer(token),
    signedHow: token
      ? "Requests carried the token in the environment."
      : "Requests were not signed: GOOGLE_OAUTH_ACCESS_TOKEN is not set (gcloud auth print-access-token), or was not to be used.",
  };
}

function azure(container: string, { endpointUrl, anonymous }: StoreAccess): BucketAccess {
  const {
    AZURE_STORAGE_ACCOUNT,
    AZURE_STORAGE_ACCOUNT_NAME,
    AZURE_STORAGE_SAS_TOKEN,
    AZURE_STORAGE_AUTH_TOKEN,
  } = process.env;
  const account = AZURE_STORAGE_ACCOUNT ?? AZURE_STORAGE_ACCOUNT_NAME;
  if (account === undefined && endpointUrl === undefined) {
    throw new StoreError({
      path: `az://${container}`,
      found: "no storage account",
      expected: `its name in AZURE_STORAGE_ACCOUNT, or the service's URL (${optionName("endpointUrl")})`,
      remedy: "Set the variable: az://container/key does not name the account.",
    });
  }
  const bucketUrl = `${trimmed(endpointUrl ?? `https://${account}.blob.core.windows.net`)}/${container}`;
  // Bearer tokens are accepted from this version of the protocol on.
  const version = { "x-ms-version": "2021-12-02" };
  const common = { service: "az", bucketUrl } as const;
  if (!anonymous && AZURE_STORAGE_SAS_TOKEN) {
    return {
      ...common,
      sign: async ({ url, headers }) => ({
        url: withQuery(url, AZURE_STORAGE_SAS_TOKEN),
        headers: { ...headers, ...version },
      }),
      signedHow: "Requests carried the SAS token in the environment.",
    };
  }
  if (!anonymous && AZURE_STORAGE_AUTH_TOKEN) {
    const sign = bearer(AZURE_STORAGE_AUTH_TOKEN, version);
    return { ...common, sign, signedHow: "Requests carried the token in the environment." };
  }
  return {
    ...common,
    sign: undefined,
    signedHow:
      "Requests were not signed: neither AZURE_STORAGE_SAS_TOKEN nor AZURE_STORAGE_AUTH_TOKEN is set, or they were not to be used.",
  };
}

function bearer(token: string, more: Readonly<Record<string, string>> = {}): SignRequest {
  return async ({ url, headers }) => ({
    url,
    headers: { ...headers, ...more, authorization: `Bearer ${token}` },
  });
}

/** A secret in it would end up in messages. */
function checkEndpoint(endpointUrl: string): void {
  const plain = /^https?:\/\/[^@?#\s]+$/.test(endpointUrl) && URL.canParse(endpointUrl);
  if (plain) return;
  const rule = "an http or https URL without user name and query";
  throw new OptionError({ option: "endpointUrl", value: redactUrl(endpointUrl), rule });
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, "");
}
