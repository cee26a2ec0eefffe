import type { Page } from "playwright-core";

/** No machine is so busy that a page needs longer: what has not come by then never comes. Below the bound of a test, so that the error names what did not come. */
export const LONGEST_WAIT = 480_000;

/** Looks at each frame until it is so: `waitForFunction` would need what the page's policy forbids. */
export async function until(page: Page, condition: string): Promise<void> {
  const end = Date.now() + LONGEST_WAIT;
  while (!(await page.evaluate(condition))) {
    if (Date.now() > end) throw new Error(`never so: ${condition}`);
    // A page that is not seen draws no frames.
    await page.evaluate("new Promise((go) => (requestAnimationFrame(go), setTimeout(go, 1000)))");
  }
}
