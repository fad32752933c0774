/** The System page: every part with its state, and what to do about those that do not work. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, eventually } from "./support/checks.mjs";
import { startServer } from "./support/server.mjs";

const NARROW = { width: 320, height: 640 };

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ VLOG_WATCH_FOLDERS: "/nowhere/incoming" }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const part = (page, name) => page.locator(".system-parts .entry").filter({ has: page.getByText(name, { exact: true }) });

test("parts, facts and encoders, in every size and both themes", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(`${server.admin}/system`);
  await part(page, "watch folder /nowhere/incoming").getByText("Does not work").waitFor();
  await page.getByText("What to do: mkdir -p /nowhere/incoming").waitFor();
  for (const name of ["database", "storage", "disk", "ffmpeg", "pool encode", "pool light", "passwords", "audit files"]) {
    await part(page, name).getByText("Works", { exact: true }).first().waitFor();
  }
  const facts = page.locator(".system-facts");
  for (const [name, value] of [["Database", /SQLite 3\./], ["ffmpeg", /\d\.\d/], ["Migrations", /up to date/], ["Connections", /at most/]]) {
    const fact = facts.locator("div").filter({ has: page.getByText(name, { exact: true }) }).locator("dd");
    await eventually(async () => assert.match(await fact.innerText(), value));
  }
  await page.getByRole("row").filter({ hasText: "Software" }).filter({ hasText: "Works" }).waitFor();
  await page.getByRole("button", { name: "Check again" }).click();
  await page.locator(".toast", { hasText: "Something does not work" }).waitFor();
  await page.locator(".toast").waitFor({ state: "hidden" });
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE, narrow: NARROW })) {
    await page.setViewportSize(viewport);
    await assertFits(page, `system, ${size}`);
    if (viewport === NARROW) continue;
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `system-${size}-${colorScheme}`);
      await assertAccessible(page, `system, ${size}, ${colorScheme}`);
    }
  }
  page.assertNoErrors();
  await page.context().close();
});

test("a server that does not answer is said, and asked again", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.route("**/api/system", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ title: "x", detail: "It broke.", status: 500, code: "internal_error" }) }));
  await page.goto(`${server.admin}/system`);
  await page.getByRole("alert").getByText("It broke.").waitFor();
  await page.unroute("**/api/system");
  await page.getByRole("button", { name: "Try again" }).click();
  await part(page, "database").waitFor();
  page.assertNoErrors(/status of 500/);
  await page.context().close();
});
