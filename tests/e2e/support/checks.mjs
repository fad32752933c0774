/** Checks that hold for every page: accessible, and never wider than the window. */
import assert from "node:assert/strict";

import axe from "axe-core";

export async function assertAccessible(page, where) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const violations = found.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`),
  }));
  assert.deepEqual(violations, [], `axe-core on ${where}`);
}

export async function assertFits(page, where) {
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
