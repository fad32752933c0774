/** Second factors: an authenticator app, recovery codes, passkeys, an account elsewhere. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, assertGone, eventually, eventuallyIs } from "./support/checks.mjs";
import { startProvider } from "./support/provider.mjs";
import { startServer } from "./support/server.mjs";

/** What Chromium reports of every answer that says no. */
const REFUSED = /status of (401|403|409|422|429)/;

let provider;
let server;
let browser;
before(async () => {
  provider = await startProvider({ sub: "4711", preferred_username: "carla", name: "Carla Beispiel" });
  const settings = {
    VLOG_OIDC_ISSUER: provider.issuer,
    VLOG_OIDC_CLIENT_SECRET: "secret",
    VLOG_OIDC_DEFAULT_ROLE: "editor",
    VLOG_OIDC_NAME: "Example",
    VLOG_TRUSTED_PROXIES: "127.0.0.1",
  };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  provider?.stop();
});

let visitors = 0;
/** A page of somebody at an address of their own: together these tests try more passwords than one address may. */
const visit = () => openPage(browser, { extraHTTPHeaders: { "x-forwarded-for": `10.0.0.${(visitors += 1)}` } });

const STEP_MS = 30_000;
/** A code is typed and sent in this time, even on a slow machine. */
const TYPING_MS = 12_000;

/** What an app shows now, or some steps later (RFC 6238); at the end of a step it waits for the next one. */
async function codeOf(secret, later = 0) {
  const left = STEP_MS - (Date.now() % STEP_MS);
  if (left < TYPING_MS) await sleep(left);
  const bits = [...secret.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + later));
  const hash = createHmac("sha1", key).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** An admin of this test. */
async function account(username) {
  const made = { username, password: "correct horse battery", role: "admin" };
  const body = JSON.stringify(made);
  const headers = { authorization: `Bearer ${server.key}`, "content-type": "application/json" };
  const answer = await fetch(`${server.admin}/api/users`, { method: "POST", body, headers });
  assert.ok(answer.ok, await answer.text());
  return made;
}

async function logIn(page, { username, password }) {
  await page.getByLabel("Name", { exact: true }).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

async function logOut(page) {
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(/\/login/);
}

async function owner(page, { password }, title, code) {
  const dialog = page.getByRole("dialog", { name: title });
  await dialog.getByLabel("Your password").fill(password);
  if (code) await dialog.getByLabel("Code").fill(code);
  await dialog.locator("button[type=submit]").click();
  return dialog;
}

async function look(page, name) {
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE, narrow: { width: 320, height: 640 } })) {
    await page.setViewportSize(viewport);
    await assertFits(page, `${name}, ${size}`);
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      if (size !== "narrow") await screenshot(page, `${name}-${size}-${colorScheme}`);
      await assertAccessible(page, `${name}, ${size}, ${colorScheme}`);
    }
  }
  await page.setViewportSize(DESKTOP);
}

test("an authenticator app is set up, asked for, and turned off", async () => {
  const me = await account("anna");
  const page = await visit();
  await page.goto(`${server.admin}/login?next=/profile`);
  await logIn(page, me);
  await page.waitForURL(`${server.admin}/profile`);
  await page.getByRole("button", { name: "Set up an app" }).click();
  const first = page.getByRole("dialog", { name: "Set up an authenticator app" });
  await first.getByLabel("Your password").fill("not this one");
  await first.getByRole("button", { name: "Go on" }).click();
  await first.getByText("This is not your password").waitFor();
  await assertAccessible(page, "asking for the password");
  await owner(page, me, "Set up an authenticator app");
  const scan = page.getByRole("dialog", { name: "Scan this with the app" });
  await scan.getByText("I cannot scan it").click();
  await scan.locator(".qr-secret", { hasText: /\w/ }).waitFor();
  const secret = await scan.locator(".qr-secret").textContent();
  await eventually(async () => {
    const size = await scan.getByAltText("QR code").evaluate((image) => [image.complete, image.naturalWidth]);
    assert.ok(size[0] && size[1] > 100, `the QR code is there: ${size}`);
  });
  await look(page, "factors-scan");
  await scan.getByLabel("Code that the app shows").fill("000 000");
  await scan.getByRole("button", { name: "Turn on" }).click();
  await scan.getByText("This code is wrong").waitFor();
  await scan.getByLabel("Code that the app shows").fill(await codeOf(secret, -1));
  await scan.getByRole("button", { name: "Turn on" }).click();

  const dialog = page.getByRole("dialog", { name: "Your recovery codes" });
  await dialog.waitFor();
  await dialog.locator(".codes code").nth(9).waitFor();
  const codes = await dialog.locator(".codes code").allTextContents();
  assert.equal(new Set(codes).size, 10);
  await look(page, "factors-codes");
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("link", { name: "Download" }).click()]);
  const text = await readFile(await download.path(), "utf8");
  assert.ok(codes.every((code) => text.includes(code)), text);
  await dialog.getByRole("button", { name: "Copy" }).click();
  await dialog.getByText("Copied").waitFor();
  await dialog.getByRole("button", { name: "I have them" }).click();
  await page.getByText("10 recovery codes are left.").waitFor();
  await assertGone(page, codes[0], "they are shown once");
  await look(page, "factors-profile");

  await page.goto(`${server.admin}/users`);
  await page.locator(".entry:visible").filter({ hasText: "anna" }).getByText("Second factor", { exact: true }).waitFor();
  await logOut(page);
  await logIn(page, me);
  await page.getByRole("heading", { name: "One more step" }).waitFor();
  await page.waitForFunction(() => document.activeElement.id === "code");
  await look(page, "login-code");
  await page.getByLabel("Code", { exact: true }).fill("123456");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByText("(wrong_code)").waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await logIn(page, me);
  await page.getByLabel("Code", { exact: true }).fill(await codeOf(secret));
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByText("No videos yet").waitFor();
  await logOut(page);
  await logIn(page, me);
  await page.getByLabel("Code", { exact: true }).fill(codes[0]);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.getByText("No videos yet").waitFor();

  await page.goto(`${server.admin}/profile`);
  await page.getByText("9 recovery codes are left.").waitFor();
  await page.getByRole("button", { name: "New recovery codes" }).click();
  await owner(page, me, "New recovery codes", codes[1]);
  const renewed = await page.locator(".codes code").first().textContent();
  await page.getByRole("button", { name: "I have them" }).click();
  await page.getByRole("button", { name: "Turn off" }).click();
  await owner(page, me, "Turn the second step off?", renewed);
  await page.getByText("No code is asked for any longer").waitFor();
  await page.getByRole("button", { name: "Set up an app" }).waitFor();
  page.assertNoErrors(REFUSED);
  await page.context().close();
});

test("a passkey is added, logs in without a password, and is removed", async () => {
  const me = await account("ben");
  const page = await visit();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
  await page.goto(`${server.admin}/login?next=/profile`);
  await logIn(page, me);
  await page.waitForURL(`${server.admin}/profile`);
  await page.getByLabel("What to call it").fill("My laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await owner(page, me, "Add a passkey");
  const entry = page.locator(".entry").filter({ hasText: "My laptop" });
  await entry.getByText("never used").waitFor();
  const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.ok(credentials[0].isResidentCredential);
  assert.equal(credentials[0].rpId, "localhost");
  await look(page, "factors-passkey");
  // The same device again.
  await page.getByLabel("What to call it").fill("Twice");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await owner(page, me, "Add a passkey");
  await page.getByText("This device has a passkey for your account already.").waitFor();

  await logOut(page);
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.getByText("No videos yet").waitFor();
  await page.goto(`${server.admin}/profile`);
  await entry.getByText(/last used/).waitFor();
  const logins = async () => (await page.context().request.get(`${server.admin}/api/audit?action=passkey_login`)).json();
  await eventuallyIs(async () => (await logins()).entries.length, 1);

  // A device that did not ask who it is, is not two factors.
  await logOut(page);
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.getByText("No passkey was shown.").waitFor();
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.getByText("No videos yet").waitFor();
  await page.goto(`${server.admin}/profile`);
  await page.getByRole("button", { name: "Remove My laptop" }).click();
  await owner(page, me, "Remove this passkey?");
  await entry.waitFor({ state: "detached" });
  await logOut(page);
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.getByText("(passkey_refused)").waitFor();
  page.assertNoErrors(REFUSED);
  await page.context().close();
});

test("an answer of a passkey is good once, here, and only as it was given", async () => {
  const me = await account("dora");
  const page = await visit();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  await page.goto(`${server.admin}/login?next=/profile`);
  await logIn(page, me);
  await page.waitForURL(`${server.admin}/profile`);
  await page.getByLabel("What to call it").fill("Mine");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await owner(page, me, "Add a passkey");
  await page.locator(".entry").filter({ hasText: "Mine" }).waitFor();
  const codes = await page.evaluate(async () => {
    const post = (path, body) =>
      fetch(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
    const show = async () => {
      const { options, ceremony } = await (await post("/api/auth/login/passkey/begin", {})).json();
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      return { ceremony, credential: (await navigator.credentials.get({ publicKey })).toJSON() };
    };
    const logIn = async (body) => {
      const answer = await post("/api/auth/login/passkey", body);
      return answer.ok ? "in" : (await answer.json()).code;
    };
    const flip = (text) => (text.startsWith("A") ? "B" : "A") + text.slice(1);
    const changed = async (change) => {
      const body = structuredClone(await show());
      change(body);
      return logIn(body);
    };
    const good = await show();
    const [one, two] = [await show(), await show()];
    const decode = (text) => JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
    const encode = (value) => btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return {
      good: await logIn(good),
      replayed: await logIn(good),
      swapped: await logIn({ ceremony: one.ceremony, credential: two.credential }),
      signature: await changed(({ credential }) => (credential.response.signature = credential.response.signature.slice(0, -6) + flip(credential.response.signature.slice(-6)))),
      user: await changed(({ credential }) => (credential.response.userHandle = flip(credential.response.userHandle))),
      data: await changed(({ credential }) => (credential.response.authenticatorData = flip(credential.response.authenticatorData))),
      origin: await changed(({ credential }) => {
        const data = { ...decode(credential.response.clientDataJSON), origin: "https://evil.example" };
        credential.response.clientDataJSON = encode(data);
      }),
      ceremony: await changed((body) => (body.ceremony = flip(body.ceremony))),
      nothing: await logIn({ ceremony: (await show()).ceremony, credential: {} }),
    };
  });
  assert.equal(codes.good, "in");
  for (const [what, code] of Object.entries(codes)) if (what !== "good") assert.equal(code, "passkey_refused", what);
  await page.context().close();
});

test("an account elsewhere logs in, and is linked and unlinked", async () => {
  const me = await account("emil");
  const page = await visit();
  const allow = () => page.getByRole("link", { name: "Allow" }).click();
  await page.goto(`${server.admin}/profile`);
  await page.waitForURL(/\/login\?next=%2Fprofile$/);
  await look(page, "login-all");
  await page.getByRole("link", { name: "Log in with Example" }).click();
  await allow();
  // The Strict cookies are there although another site led here.
  await page.waitForURL(`${server.admin}/profile`);
  await page.getByText("carla at Example logs in to this account.").waitFor();
  await page.getByRole("button", { name: "Unlink" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Unlink" }).click();
  await page.getByText("(last_way_in)").waitFor();
  await page.getByRole("button", { name: "Set up an app" }).waitFor({ state: "hidden" }); // a code goes with a password
  await look(page, "factors-linked");
  await logOut(page);

  await page.goto(`${server.admin}/login?next=/profile`);
  await logIn(page, me);
  await page.getByRole("button", { name: "Link Example" }).click();
  await owner(page, me, "Link Example");
  await allow();
  await page.getByText("That account is linked already").waitFor();
  // also to those who are logged in
  const failed = `${server.admin}/login?error=oidc_name_taken`;
  await page.goto(failed);
  await page.getByText("There is an account of your name here already.").waitFor();
  await page.goto(`${server.admin}/profile`);
  await logOut(page);
  await page.goto(failed);
  await page.getByText("There is an account of your name here already.").waitFor();
  page.assertNoErrors(REFUSED);
  await page.context().close();
});
