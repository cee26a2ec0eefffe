import { StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { RemoteAnswer } from "./read-answer.js";
import { redactUrl } from "./redact-url.js";

/** The code of the XML that object stores explain themselves with. */
export function errorCode(bytes: Uint8Array | undefined): string | undefined {
  return /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(new TextDecoder().decode(bytes))?.[1];
}

/** The error for an answer that is not an object and will not become one. `signedHow` says how the request was signed. */
export function refused(
  url: string,
  answer: RemoteAnswer,
  signedHow = "The request carried no credentials.",
): StoreError {
  const { status, bytes, headers } = answer;
  const code = errorCode(bytes);
  const region = /^[a-z0-9-]{1,32}$/.exec(headers.get("x-amz-bucket-region") ?? "")?.[0];
  const remedy =
    region && status !== 403
      ? `Give the region ${region} (AWS_REGION).`
      : status === 401 || status === 403
        ? `${signedHow} Check that credentials are right and have not expired; a public store may need requests without any (${optionName("anonymous")}).`
        : "Check the address.";
  return new StoreError({
    path: redactUrl(url),
    status,
    found: `the answer ${status}${code ? ` (${code})` : ""}`,
    expected: "an object that may be read",
    remedy,
  });
}
