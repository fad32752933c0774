/** Live progress outlasts the short-lived cookie and ends with the session; the dashboard's keys. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage } from "./support/browser.mjs";
import { assertAccessible, eventuallyIs } from "./support/checks.mjs";
import { startServer } from "./support/server.mjs";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ VLOG_SSE_HEARTBEAT_INTERVAL: "1s" }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("live progress finds its way back after a 401, and to the login when the session is over", async () => {
  const page = await openPage(browser);
  await server.login(page);
  let streams = 0;
  await page.route("**/api/events/progress*", async (route) => {
    streams += 1;
    // the first one comes as if its cookie had just run out
    if (streams === 1) {
      await page.context().clearCookies({ name: "vlog_access" });
      await route.fulfill({ status: 401, contentType: "application/problem+json", body: "{}" });
    } else {
      await route.continue();
    }
  });
  const renewed = page.waitForResponse((answer) => answer.url().endsWith("/api/auth/refresh"));
  const again = page.waitForResponse((answer) => answer.url().includes("/api/events/progress") && answer.status() === 200);
  await page.goto(server.admin);
  assert.equal((await renewed).status(), 200);
  await again;
  assert.equal(streams, 2);

  // somebody ends the session elsewhere: the stream ends, and nobody can renew it
  const elsewhere = await browser.newContext();
  await elsewhere.request.post(`${server.admin}/api/auth/login`, { data: server.account });
  const ended = await elsewhere.request.delete(`${server.admin}/api/auth/sessions`, { headers: { origin: server.admin } });
  assert.equal(ended.status(), 200);
  await elsewhere.close();
  await page.waitForURL(`${server.admin}/login?next=%2F`);
  page.assertNoErrors(/status of 401/);
  await page.context().close();
});

/** The second key must come soon after the first, which a machine with much to do may miss: then once more. */
async function go(page, letter, address) {
  for (let tries = 1; page.url() !== address; tries += 1) {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await page.waitForURL(address, { timeout: 5_000 }).catch((error) => assert.ok(tries < 8, error));
  }
  await page.waitForLoadState();
}

test("keys open pages and list themselves, and what is typed is typed", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(server.admin);
  await page.getByText("No videos yet").waitFor();
  for (const [letter, path] of [["y", "/system"], ["w", "/workers"], ["h", "/webhooks"], ["u", "/users"], ["a", "/audit"], ["s", "/settings"], ["p", "/profile"], ["v", "/"]]) {
    await go(page, letter, `${server.admin}${path}`);
    await page.locator("#content:not([hidden])").waitFor();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.waitFor();
    if (path === "/users") await assertAccessible(page, "shortcuts of the dashboard");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  }
  await page.goto(`${server.admin}/audit`);
  await page.getByLabel("Who", { exact: true }).fill("");
  await page.getByLabel("Who", { exact: true }).pressSequentially("gu?");
  await eventuallyIs(() => page.getByLabel("Who", { exact: true }).inputValue(), "gu?");
  assert.equal(page.url(), `${server.admin}/audit`);
  page.assertNoErrors();
  await page.context().close();
});

/** Opens a page whose scripts come late. Answers with the function that lets them. */
async function openEarly(page, address) {
  let release;
  const late = new Promise((resolve) => (release = resolve));
  await page.route(/\/(index|login)[^/]*\.js$/, async (route) => {
    await late;
    await route.continue();
  });
  await page.goto(address, { waitUntil: "commit" });
  return release;
}

test("what is typed before the scripts are there stays", async () => {
  const page = await openPage(browser);
  const search = await openEarly(page, server.site);
  await page.getByRole("searchbox").fill("nothing like this");
  search();
  await page.getByRole("heading", { name: "Nothing found" }).waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "nothing like this");

  const login = await openEarly(page, `${server.admin}/login`);
  await page.getByLabel("Name", { exact: true }).fill(server.account.username);
  await page.getByLabel("Password", { exact: true }).fill(server.account.password);
  login();
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.waitForURL(`${server.admin}/`);
  page.assertNoErrors(/status of 401/);
  await page.context().close();
});

test("the name to show of an account is changed", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(`${server.admin}/users`);
  await page.getByRole("button", { name: "Change the name to show of tester" }).click();
  const dialog = page.getByRole("dialog", { name: "Name to show of tester" });
  await assertAccessible(page, "the dialog for a name");
  await dialog.getByLabel("Name to show").fill("Tessa Tester");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.locator(".entry").getByText("Tessa Tester").waitFor();
  await page.getByText("tester is saved").waitFor();
  page.assertNoErrors();
  await page.context().close();
});
