import { redactUrl } from "./redact-url.js";
import type { PlainRequest, SignRequest } from "./remote-request.js";
import { travellingSecret } from "./travelling-secret.js";

/** A redirect that is not followed, as no attempt would help. Never leaves this folder. */
export class RefusedRedirect extends Error {
  constructor(
    readonly status: number,
    /** Where to, without a secret, and what is wrong with it. */
    message: string,
  ) {
    super(message);
  }
}

/** A request that is on its way through redirects. */
export interface Hop {
  /** As it was asked for: no secret in it. */
  readonly plain: PlainRequest;
  /** As it is sent. */
  readonly signed: Pick<PlainRequest, "url" | "headers">;
  /** Undefined once it has left the server that it was signed for: there is no way back to the credentials. */
  readonly sign: SignRequest | undefined;
  /** URLs asked for before this one. */
  readonly visited: readonly string[];
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_HOPS = 5;
/** What a request to another server may carry. Nothing of it tells who asks. */
const HARMLESS = new Set(["accept-encoding", "range", "if-none-match", "if-match"]);

/**
 * The request that an answer redirects to; undefined for an answer that is none.
 *
 * On the same server (scheme, host and port) it is signed anew. To any other it goes without credentials, unless the signer knows the
 * place as one of the same bucket (`SignRequest.at`).
 *
 * @throws RefusedRedirect for loops and too many hops, from https to http, other schemes, an address that carries a secret to another
 *   server, and uploads that would go elsewhere or turn into something else
 */
export async function nextHop(response: Response, hop: Hop): Promise<Hop | undefined> {
  const { status, headers } = response;
  const location = headers.get("location");
  if (!REDIRECTS.has(status) || location === null) return undefined;
  const refuse = (found: string) => new RefusedRedirect(status, found);
  const from = new URL(hop.signed.url);
  if (!URL.canParse(location, from)) throw refuse("a redirect to something that is not a URL");
  const target = new URL(location, from);
  target.hash = "";
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    throw refuse(`a redirect to an address that begins with ${target.protocol.slice(0, 20)}`);
  }
  if (target.username !== "" || target.password !== "") {
    throw refuse(`a redirect to ${target.origin} with a user name or password in it`);
  }
  if (from.protocol === "https:" && target.protocol === "http:") {
    throw refuse(`a redirect from https to http (${target.origin})`);
  }
  const isSameServer = target.origin === from.origin;
  const sign = isSameServer ? hop.sign : hop.sign?.at?.(target, headers);
  const isHere = isSameServer || sign !== undefined;
  requireSameMeaning(status, hop.plain.method, isHere, target);
  if (!isHere && travellingSecret(target, hop.plain, hop.signed)) {
    throw refuse(`a redirect to another server (${target.origin}) whose address contains credentials`);
  }
  const visited = [...hop.visited, hop.signed.url];
  if (visited.includes(target.href)) throw refuse(`a redirect in a circle (${redactUrl(target.href)})`);
  if (visited.length > MOST_HOPS) throw refuse(`more than ${MOST_HOPS} redirects, one after the other`);

  const kept = Object.entries(hop.plain.headers).filter(
    ([name]) => isHere || HARMLESS.has(name.toLowerCase()),
  );
  const plain = { ...hop.plain, url: target.href, headers: Object.fromEntries(kept) };
  // The server has said where to; only headers of a signature are added to that.
  const { headers: signedHeaders } = sign ? await sign(plain) : plain;
  return { plain, signed: { url: target.href, headers: signedHeaders }, sign, visited };
}

/** Uploads and deletions are repeated as they are, where they belong; never as a GET, and nowhere else. */
function requireSameMeaning(status: number, method: string, isHere: boolean, target: URL): void {
  if (method === "GET") return;
  if (!isHere)
    throw new RefusedRedirect(status, `a redirect of a ${method} to another server (${target.origin})`);
  if (status === 303 || (method === "POST" && status < 307)) {
    throw new RefusedRedirect(status, `a redirect that would turn a ${method} into a GET`);
  }
}
