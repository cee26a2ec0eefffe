import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import type { StoreAccess } from "../../store-access.js";
import { ifPresent } from "../file-errors.js";

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsSettings {
  /** Undefined where requests go unsigned. */
  readonly keys: AwsKeys | undefined;
  readonly region: string;
  readonly endpointUrl: string | undefined;
  /** How requests are signed, or why they are not, as a sentence without a secret. */
  readonly signedHow: string;
}

type Variables = Readonly<Record<string, string | undefined>>;
type Section = Readonly<Record<string, string>>;

/**
 * Finds keys, region and endpoint as Amazon's own tools do: options, then the environment, then the profile's section of
 * the files `~/.aws/credentials` and `~/.aws/config`. A named profile comes before
 * keys in the environment. Without keys, and where `anonymous` is set, requests go unsigned.
 *
 * @throws StoreError for a named profile that is not there, or that gets its keys in a way that is not known here
 */
export async function awsSettings(
  access: StoreAccess,
  variables: Variables = process.env,
): Promise<AwsSettings> {
  const name = access.profile ?? variables.AWS_PROFILE ?? "default";
  const section = await readProfile(name, variables);
  const isNamed = access.profile !== undefined || variables.AWS_PROFILE !== undefined;
  if (!section && isNamed && !access.anonymous) throw noProfile(name, "no such profile", "Check its name.");
  const profile = section ?? {};
  const region =
    access.region ?? variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION ?? profile.region ?? "us-east-1";
  const endpointUrl =
    access.endpointUrl ?? variables.AWS_ENDPOINT_URL_S3 ?? variables.AWS_ENDPOINT_URL ?? profile.endpoint_url;
  const settings = { region, endpointUrl };
  if (access.anonymous)
    return { ...settings, keys: undefined, signedHow: "Requests were not signed, as asked for." };
  const fromEnvironment = keysOf({
    aws_access_key_id: variables.AWS_ACCESS_KEY_ID,
    aws_secret_access_key: variables.AWS_SECRET_ACCESS_KEY,
    aws_session_token: variables.AWS_SESSION_TOKEN,
  });
  if (fromEnvironment && access.profile === undefined) {
    return {
      ...settings,
      keys: fromEnvironment,
      signedHow: "Requests were signed with the keys in the environment.",
    };
  }
  const keys = keysOf(profile);
  if (keys)
    return { ...settings, keys, signedHow: `Requests were signed with the keys of the profile ${name}.` };
  const other = ["role_arn", "sso_session", "sso_start_url", "credential_process"].find(
    (key) => key in profile,
  );
  if (other) {
    const remedy = `Export keys first: eval "$(aws configure export-credentials --profile ${name} --format env)".`;
    throw noProfile(name, `a profile that gets its keys by ${other}`, remedy);
  }
  const signedHow = "Requests were not signed: there are no keys in the environment or the AWS files.";
  return { ...settings, keys: undefined, signedHow };
}

function keysOf(values: Readonly<Record<string, string | undefined>>): AwsKeys | undefined {
  const {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token,
  } = values;
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, sessionToken: aws_session_token || undefined }
    : undefined;
}

async function readProfile(name: string, variables: Variables): Promise<Section | undefined> {
  const folder = join(variables.HOME ?? homedir(), ".aws");
  const read = async (path: string) => parseIni((await ifPresent(readFile(path, "utf8"))) ?? "");
  const [credentials, config] = await Promise.all([
    read(variables.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, "credentials")),
    read(variables.AWS_CONFIG_FILE ?? join(folder, "config")),
  ]);
  const inConfig = config.get(name === "default" ? name : `profile ${name}`) ?? config.get(name);
  const inCredentials = credentials.get(name);
  return inConfig || inCredentials ? { ...inConfig, ...inCredentials } : undefined;
}

/** Sections of `[name]` with lines `key = value`; nested settings (indented) are passed over. */
export function parseIni(text: string): Map<string, Section> {
  const sections = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1].replace(/\s+/g, " ");
    if (name !== undefined) {
      current = sections.get(name) ?? {};
      sections.set(name, current);
      continue;
    }
    const [, key, value] = /^([A-Za-z_][\w.-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== "") current[key.toLowerCase()] = value;
  }
  return sections;
}

function noProfile(name: string, found: string, remedy: string): StoreError {
  return new StoreError({
    path: "AWS credentials",
    found: `${found} (${JSON.stringify(name)})`,
    expected: "a profile with aws_access_key_id and aws_secret_access_key",
    remedy,
  });
}
