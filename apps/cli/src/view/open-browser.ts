import { spawn } from "node:child_process";

type Variables = Readonly<Record<string, string | undefined>>;

/** Program and arguments that open an address on a system; undefined where it has no screen. */
export function browserCommand(
  address: string,
  { platform, variables }: { readonly platform: NodeJS.Platform; readonly variables: Variables },
): readonly [program: string, ...args: string[]] | undefined {
  if (platform === "darwin") return ["open", address];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", address];
  // Without a screen it would be a browser for terminals, in this one.
  const hasScreen = Boolean(variables.DISPLAY || variables.WAYLAND_DISPLAY || variables.WSL_DISTRO_NAME);
  return hasScreen ? ["xdg-open", address] : undefined;
}

/** Opens an address in the user's browser, without a shell. Whether that goes well is not known: it is printed as well. */
export function openBrowser(address: string, variables: Variables): void {
  const command = browserCommand(address, { platform: process.platform, variables });
  if (command === undefined) return;
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: "ignore", detached: true, env: { ...variables } });
  // Not there, or not to be run.
  child.on("error", () => undefined);
  child.unref();
}
