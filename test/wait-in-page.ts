import type { Page } from "playwright-core";

/** No machine is so busy that a page needs longer: what has not come by then never comes. */
export const LONGEST_WAIT = 600_000;

/** Looks at each frame until it is so: `waitForFunction` would need what the page's policy forbids. */
export async function until(page: Page, condition: string): Promise<void> {
  const end = Date.now() + LONGEST_WAIT;
  while (!(await page.evaluate(condition))) {
    if (Date.now() > end) throw new Error(`never so: ${condition}`);
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
}
