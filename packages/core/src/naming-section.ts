import { type FlashdeconvError, isFlashdeconvError } from "./errors.js";

/**
 * Does some work on a section, or on the store that holds it. An error of it says on which, once, however many have a name for it: a store goes
 * before a section of it. What is about all sections (`aboutAll`) is not said of one.
 */
export async function namingSection<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (name !== undefined && isFlashdeconvError(error)) nameSection(error, name);
    throw error;
  }
}

/** Does some work for all sections. An error of it is about the section that it names itself, if any. */
export async function aboutAll<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFlashdeconvError(error)) error.isOfAllSections = true;
    throw error;
  }
}

/** The beginning of a message about a section. */
export function sectionSubject(name: string): string {
  return `section ${JSON.stringify(name)}`;
}

function nameSection(error: FlashdeconvError, name: string): void {
  const { section, store, isOfAllSections } = error;
  // A message that names the store says all that this would.
  if (isOfAllSections || name === section || name === store) return;
  const begun = section === undefined ? "" : `${sectionSubject(section)}: `;
  error.section = section === undefined ? name : `${name}, ${section}`;
  error.message = `${sectionSubject(error.section)}: ${error.message.slice(begun.length)}`;
}
