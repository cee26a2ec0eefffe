import type { ByteRange } from "../store.js";
import type { RemoteAnswer } from "./read-answer.js";

/** A request as it is sent, for those who sign it. */
export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Shows who asks: adds headers or a query. Asked at each attempt anew, as signatures expire. */
export interface SignRequest {
  (request: PlainRequest): Promise<Pick<PlainRequest, "url" | "headers">>;
  /** How to sign at another host that the service redirects to; undefined where that is not surely the same bucket. */
  at?(target: URL, answer: Headers): SignRequest | undefined;
}

/** One request to be made; it must do no harm where it is made twice. */
export type RemoteRequest = PlainParts & (Part | Whole);

interface PlainParts {
  /** Without a secret. */
  readonly url: string;
  /** GET where it is left out. */
  readonly method?: "GET" | "PUT" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly sign?: SignRequest;
  readonly signal?: AbortSignal;
}

interface Part {
  /** The part of the object that is wanted; not of no length. No more is held. */
  readonly range: ByteRange;
  readonly most?: number;
}

interface Whole {
  readonly range?: undefined;
  /** Most bytes of a body that are held; of more the request fails while it is read. */
  readonly most: number;
}

export type RetryingFetch = (request: RemoteRequest) => Promise<RemoteAnswer>;
