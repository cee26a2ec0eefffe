/** A bucket of Amazon's S3 as a URL names it. */
interface BucketHost {
  readonly bucket: string;
  readonly region: string | undefined;
  /** `amazonaws.com` or that of another partition. */
  readonly domain: string;
}

const HOST =
  /^(?:(?<bucket>[a-z0-9][a-z0-9.-]*)\.)?s3(?:[.-](?:dualstack\.)?(?<region>[a-z]{2}(?:-[a-z]+)+-\d{1,2}))?\.(?<domain>amazonaws\.com(?:\.cn)?)$/;

/** Undefined for anything that is not surely a host of S3 itself. */
function bucketHost({ protocol, hostname, port, pathname }: URL): BucketHost | undefined {
  const found = HOST.exec(hostname)?.groups;
  if (!found || protocol !== "https:" || port !== "") return undefined;
  const bucket = found.bucket ?? pathname.split("/")[1];
  return bucket ? { bucket, region: found.region, domain: found.domain } : undefined;
}

/**
 * The region to sign for where S3 redirects from a bucket to a host of another region (a bucket that is new, or that lies elsewhere);
 * undefined where that is not surely the same bucket at Amazon: names of buckets belong to one owner within a domain.
 */
export function redirectedRegion(bucketUrl: string, target: URL, told: string | null): string | undefined {
  const [here, there] = [bucketHost(new URL(bucketUrl)), bucketHost(target)];
  if (!here || !there || here.bucket !== there.bucket || here.domain !== there.domain) return undefined;
  const header = /^[a-z0-9-]{1,32}$/.exec(told ?? "")?.[0];
  return there.region ?? header ?? "us-east-1";
}
