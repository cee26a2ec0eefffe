import { isFlashdeconvError } from "@flashdeconv/core";

/** Does some work on a section. An error of it says on which: names of spots and genes alone may be those of any. */
export async function namingSection<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (name !== undefined && isFlashdeconvError(error)) {
      error.message = `section ${JSON.stringify(name)}: ${error.message}`;
    }
    throw error;
  }
}
