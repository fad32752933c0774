/** Checks that hold for every page: accessible, and never wider than the window; and looking until something holds. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import axe from "axe-core";

/** Longer than a slow machine takes for anything that a page does. */
const PATIENCE_MS = 45_000;

/**
 * Looks again until `check` does not throw any more: a page draws what it knows in the next frame, and a slow machine
 * later than that. Answers with what `check` does.
 */
export async function eventually(check) {
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

/** Waits until a getter such as `locator.count()` answers so. */
export const eventuallyIs = (get, wanted, what) => eventually(async () => assert.deepEqual(await get(), wanted, what));

/** Waits until a text is nowhere in the page, seen or not. */
export const assertGone = (page, text, what) =>
  eventually(async () => assert.ok(!(await page.content()).includes(text), what));

/** Waits until this has the focus. */
export const focusIsOn = (page, id) => page.waitForFunction((id) => document.activeElement?.id === id, id);

/** Of what the page has settled to: an event may change it while it is looked at. */
export async function assertAccessible(page, where) {
  await page.evaluate(axe.source);
  await eventually(() => assertNoViolations(page, where));
}

async function assertNoViolations(page, where) {
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const violations = found.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`),
  }));
  assert.deepEqual(violations, [], `axe-core on ${where}`);
}

export const assertFits = (page, where) => eventually(() => assertNoWider(page, where));

async function assertNoWider(page, where) {
  const { wide, width, culprits } = await page.evaluate(() => ({
    wide: document.scrollingElement.scrollWidth,
    width: innerWidth,
    culprits: [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 5)
      .map((element) => element.outerHTML.slice(0, 120)),
  }));
  assert.ok(wide <= width, `${where} is ${wide} px wide in a window of ${width} px: ${culprits.join("\n")}`);
}
