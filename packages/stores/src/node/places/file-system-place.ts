/**
 * Where a path (without links) lies in its file system, by Linux's list of mounts (`/proc/self/mountinfo`): a folder that is mounted
 * a second time has two paths, but one place. Undefined where the list does not tell.
 */
export function fileSystemPlace(
  path: string,
  mountInfo: string,
): { readonly device: string; readonly path: string } | undefined {
  let best: { readonly device: string; readonly root: string; readonly point: string } | undefined;
  for (const line of mountInfo.split("\n")) {
    const [, , device, root, point] = line.split(" ");
    if (point === undefined) continue;
    const found = { device, root: unescaped(root), point: unescaped(point) };
    // Of two mounts at one point the later covers the earlier.
    if (isBelow(path, found.point) && found.point.length >= (best?.point.length ?? 0)) best = found;
  }
  if (!best) return undefined;
  const rest = path.slice(best.point === "/" ? 0 : best.point.length);
  return { device: best.device, path: (best.root === "/" ? "" : best.root) + rest || "/" };
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? folder : `${folder}/`);
}

/** Blanks and the like are written in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
