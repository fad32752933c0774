/** Accounts: the first one, logging in and out, staying logged in, keys, other people's accounts, the audit log. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, assertGone, eventually, eventuallyIs, focusIsOn } from "./support/checks.mjs";
import { startServer } from "./support/server.mjs";

const NARROW = { width: 320, height: 640 };
const ANNA = { username: "anna", password: "a password of anna" };
const BEN = { username: "ben", password: "a password of ben" };
/** What Chromium reports of every answer that says no. */
const REFUSED = /status of (401|403|409|422|429)/;

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({}, { accounts: false }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function logIn(page, { username, password }) {
  await page.getByLabel("Name", { exact: true }).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

async function open(path, account = ANNA, options = {}) {
  const page = await openPage(browser, options);
  const logIn = () => page.context().request.post(`${server.admin}/api/auth/login`, { data: account });
  let answer = await logIn();
  while (answer.status() === 429) {
    // so many log in here that it has to be waited for
    await sleep(Number(answer.headers()["retry-after"]) * 1000);
    answer = await logIn();
  }
  assert.ok(answer.ok(), await answer.text());
  await page.goto(path.startsWith("/") ? `${server.admin}${path}` : path);
  return page;
}

/** Sends a form that asks for the password; where too many have been sent, once the wait that the page names is over. */
async function sendPatiently(form, button, answer) {
  const told = form.getByText(/Too many tries\. Wait \d+ s/);
  for (;;) {
    await form.getByRole("button", { name: button }).click();
    await told.or(answer).first().waitFor();
    if (await answer.isVisible()) return;
    const [, seconds] = /Wait (\d+) s/.exec(await told.textContent());
    await sleep(Number(seconds) * 1000);
  }
}

async function createKey(page) {
  await page.getByRole("button", { name: "Create a key" }).click();
  const owner = page.getByRole("dialog", { name: "Create a key" });
  await owner.getByLabel("Your password").fill(ANNA.password);
  await sendPatiently(owner, "Go on", page.getByRole("dialog", { name: "Your new key" }));
}

/** The page in every size and both themes. */
async function look(page, name) {
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE, narrow: NARROW })) {
    await page.setViewportSize(viewport);
    await assertFits(page, `${name}, ${size}`);
    if (viewport === NARROW) continue;
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `${name}-${size}-${colorScheme}`);
      await assertAccessible(page, `${name}, ${size}, ${colorScheme}`);
    }
  }
  await page.setViewportSize(DESKTOP);
}

test("the printed link makes the first account and logs it in", async () => {
  const page = await openPage(browser);
  await page.goto(server.admin);
  await page.waitForURL(/\/login\?next=%2F$/);
  await page.getByText("vlog is not set up yet").waitFor();
  await page.goto(`${server.admin}/setup#token=wrong`);
  await page.getByRole("heading", { name: "Welcome to vlog" }).waitFor();
  await page.getByLabel("Name", { exact: true }).fill(ANNA.username);
  await page.getByLabel("Password", { exact: true }).fill(ANNA.password);
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByText("(wrong_setup_token)").waitFor();

  await page.goto("about:blank");
  await page.goto(server.setupLink);
  await page.getByLabel("Name", { exact: true }).fill(ANNA.username);
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByText("A password has at least 8 characters").waitFor();
  await look(page, "setup");
  await page.getByLabel("Password", { exact: true }).fill(ANNA.password);
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByText("No videos yet").waitFor();

  await page.goto(`${server.admin}/setup`);
  await page.getByText("vlog is set up already").waitFor();
  page.assertNoErrors(REFUSED);
  await page.context().close();
});

test("logs in, back to where one wanted to be, and out", async () => {
  const page = await openPage(browser);
  await page.goto(`${server.admin}/settings`);
  await page.waitForURL(/\/login\?next=%2Fsettings$/);
  await logIn(page, { ...ANNA, password: "not this one" });
  await page.getByText("The name or the password is wrong (login_failed).").waitFor();
  await look(page, "login");
  await page.getByLabel("Show the password").check();
  await eventuallyIs(() => page.getByLabel("Password", { exact: true }).getAttribute("type"), "text");
  await logIn(page, ANNA);
  await page.waitForURL(`${server.admin}/settings`);
  await page.getByLabel("Preset", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Account" }).click();
  await page.locator(".menu-head").getByText("anna").waitFor();
  await assertAccessible(page, "the account's menu");
  await screenshot(page, "account-menu");
  await page.keyboard.press("Escape");
  await page.locator(".menu-panel").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(`${server.admin}/login`);
  await eventuallyIs(() => page.context().cookies(), []);
  await page.goto(`${server.admin}/users`);
  await page.waitForURL(/\/login\?next=%2Fusers$/);
  page.assertNoErrors(REFUSED);
  await page.context().close();
});

test("logging in leads to no other site", async () => {
  const page = await open("/login");
  for (const next of ["https://example.org/", "//example.org/", "/\\example.org/", "/.//example.org/", "javascript:alert(1)"]) {
    // the page leads on by itself, perhaps before it is loaded
    await page.goto(`${server.admin}/login?next=${encodeURIComponent(next)}`, { waitUntil: "commit" });
    await page.waitForURL((url) => url.pathname !== "/login");
    assert.equal(new URL(page.url()).origin, server.admin, next);
  }
  await page.context().close();
});

test("a session goes on when its short-lived cookie is gone", async () => {
  const page = await open("/profile");
  await page.locator(".badge-ready:visible", { hasText: "This browser" }).waitFor();
  await page.context().clearCookies({ name: "vlog_access" });
  await page.getByLabel("What it is for").fill("Survivor");
  await createKey(page);
  await page.getByRole("dialog", { name: "Your new key" }).waitFor();
  // The page itself comes without it, too; and several tabs must not use the same refresh token.
  await page.context().clearCookies({ name: "vlog_access" });
  const tabs = await Promise.all([1, 2, 3].map(() => page.context().newPage()));
  await Promise.all(tabs.map((tab) => tab.goto(`${server.admin}/profile`)));
  await Promise.all(tabs.map((tab) => tab.locator(".entry").getByText("Survivor", { exact: true }).waitFor()));
  for (const tab of [page, ...tabs]) assert.equal(tab.url(), `${server.admin}/profile`);

  await page.context().clearCookies();
  await page.reload();
  await page.waitForURL(/\/login\?next=%2Fprofile$/);
  page.assertNoErrors(REFUSED);
  await page.context().close();
});

test("an API key is shown once, works, and is revoked", async () => {
  const page = await open("/profile");
  await page.getByLabel("What it is for").fill("Backup job");
  await page.getByLabel("Good for").selectOption({ label: "30 days" });
  await createKey(page);
  const dialog = page.getByRole("dialog", { name: "Your new key" });
  const key = await eventually(async () => {
    const shown = await dialog.getByLabel("Key", { exact: true }).inputValue();
    assert.match(shown, /^vlog_/);
    return shown;
  });
  await dialog.getByRole("button", { name: "Copy" }).click();
  await dialog.getByText("Copied").waitFor();
  await assertAccessible(page, "the new key");
  await screenshot(page, "profile-key");
  await dialog.getByRole("button", { name: "Done" }).click();
  await assertGone(page, key, "the key is shown once");
  const use = async () => (await fetch(`${server.admin}/api/users`, { headers: { authorization: `Bearer ${key}` } })).status;
  assert.equal(await use(), 200);
  await page.reload();
  const entry = page.locator(".entry").filter({ hasText: "Backup job" });
  await entry.getByText(/expires on/).waitFor();
  await assertGone(page, key, "the key is shown once");
  await look(page, "profile");
  await entry.getByRole("button", { name: "Revoke Backup job" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await entry.waitFor({ state: "detached" });
  assert.equal(await use(), 401);
  page.assertNoErrors();
  await page.context().close();
});

test("sessions are ended, and a changed password ends the others", async () => {
  const [page, other] = await Promise.all([open("/profile"), open("/profile")]);
  const end = page.getByRole("button", { name: /^End the session/ });
  await end.first().waitFor();
  await page.getByRole("button", { name: "End all others" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End all others" }).click();
  await page.waitForFunction(() => document.querySelectorAll("section:has(#sessions-title) .entry").length === 1);
  await other.getByLabel("What it is for").fill("Too late");
  await other.getByRole("button", { name: "Create a key" }).click();
  await other.waitForURL(/\/login/);

  await page.getByLabel("Present password").fill("not this one");
  await page.getByLabel("New password").fill("another password");
  await sendPatiently(page, "Change the password", page.getByText("This is not your password"));
  await focusIsOn(page, "current");
  await page.getByLabel("Present password").fill(ANNA.password);
  await sendPatiently(page, "Change the password", page.getByText("The password is changed"));
  ANNA.password = "another password";
  page.assertNoErrors(REFUSED);
  await Promise.all([page, other].map((one) => one.context().close()));
});

test("users are added, changed, disabled and deleted, but never the last admin", async () => {
  const page = await open("/users");
  const row = (name) => page.locator(".entry").filter({ has: page.getByRole("heading", { name }) });
  await row("anna").waitFor();
  await page.getByLabel("Role of anna").selectOption("viewer");
  await page.getByText(/\(last_admin\)/).waitFor();
  await page.waitForFunction(() => document.querySelector(".entry select").value === "admin");

  await page.getByRole("button", { name: "Add a user" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a user" });
  await dialog.getByLabel("Name", { exact: true }).fill(ANNA.username);
  await dialog.getByLabel("Password", { exact: true }).fill(BEN.password);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByText("(username_taken)").waitFor();
  await assertAccessible(page, "adding a user");
  await screenshot(page, "users-add");
  await dialog.getByLabel("Name", { exact: true }).fill(BEN.username);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await row("ben").waitFor();
  await look(page, "users");

  const his = await open("/", BEN);
  await his.getByRole("heading", { name: "This is not for your account" }).waitFor();
  await assertAccessible(his, "a viewer's dashboard");
  await screenshot(his, "dashboard-viewer");
  await his.getByRole("link", { name: "Settings" }).waitFor({ state: "hidden" });
  await page.getByLabel("Role of ben").selectOption("editor");
  await page.getByText("ben: Editor").waitFor();
  await his.reload();
  await his.getByText("No videos yet").waitFor();
  await his.getByRole("link", { name: "Users" }).waitFor({ state: "hidden" });
  await his.goto(`${server.admin}/users`);
  await his.getByText("Only admins may see this page.").waitFor();

  await page.getByRole("button", { name: "Set a new password for ben" }).click();
  await page.getByLabel("Password", { exact: true }).fill("a new one for ben");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("ben has a new password").waitFor();
  await page.getByRole("button", { name: "Disable ben" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await row("ben").getByText("Disabled", { exact: true }).waitFor();
  await his.reload();
  await his.waitForURL(/\/login/);
  await page.getByRole("button", { name: "Enable ben" }).click();
  await row("ben").getByText("Disabled", { exact: true }).waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Delete ben" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete for ever" }).click();
  await row("ben").waitFor({ state: "detached" });
  page.assertNoErrors(REFUSED);
  await Promise.all([page, his].map((one) => one.context().close()));
});

test("the audit log is filtered, paged and exported", async () => {
  const page = await open("/audit");
  const rows = page.locator(".audit tbody tr");
  await rows.filter({ hasText: "user_deleted" }).waitFor();
  await page.getByLabel("Action", { exact: true }).fill("login");
  await page.getByLabel("Result").selectOption("refused");
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll(".audit tbody tr")];
    return rows.length > 0 && rows.every((row) => row.textContent.includes("Refused"));
  });
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export" }).click()]);
  assert.equal(download.suggestedFilename(), "vlog-audit.jsonl");
  await page.getByLabel("Who").fill("nobody of that name");
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  await page.getByRole("button", { name: "Reset the filter" }).click();
  await rows.filter({ hasText: "user_created" }).locator("summary").first().click();
  await look(page, "audit");

  await page.getByLabel("From").fill("2099-01-01T00:00");
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
  // A second page: a hundred entries stand on one.
  await page.evaluate(async () => {
    const { users } = await (await fetch("/api/users")).json();
    for (let number = 0; number < 200; number += 1) {
      const body = JSON.stringify({ display_name: `Number ${number}` });
      await fetch(`/api/users/${users[0].id}`, { method: "PATCH", body, headers: { "content-type": "application/json" } });
    }
  });
  await page.reload();
  await page.getByText("100 entries +").waitFor();
  await page.getByRole("button", { name: "Load more" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".audit tbody tr").length === 200);
  page.assertNoErrors(REFUSED);
  await page.context().close();
});

test("viewers find their own account on the public site", async () => {
  const page = await open(`${server.site}/`);
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("link", { name: "Profile" }).click();
  await page.waitForURL(`${server.site}/profile`);
  await page.locator(".badge-ready:visible", { hasText: "This browser" }).waitFor();
  await page.getByRole("button", { name: "Set up an app" }).waitFor();
  await look(page, "account");
  await page.context().clearCookies();
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.waitForURL(`${server.site}/login?next=%2Fprofile`);
  page.assertNoErrors(REFUSED);
  await page.context().close();
});

test("too many tries are told, with the time to wait", async () => {
  const page = await openPage(browser);
  await page.goto(`${server.admin}/login`);
  const told = page.getByText(/^Too many tries\. Wait \d+ (s|min) and try again \(too_many_attempts\)\.$/);
  for (let tries = 0; tries < 30 && !(await told.isVisible()); tries += 1) {
    const answer = page.waitForResponse(/\/api\/auth\/login$/);
    await logIn(page, { username: "nobody", password: "guess" });
    await answer;
    await page.locator("form button:enabled").filter({ visible: true }).first().waitFor();
  }
  await told.waitFor();
  page.assertNoErrors(REFUSED);
  await page.context().close();
});
