/** Chromium and pages that remember every error they meet. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { OUTPUT } from "./paths.mjs";

const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
];

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });
}

/**
 * A page in a context of its own. `page.assertNoErrors(allowed)` fails on console errors, exceptions and failed
 * requests, except those that match `allowed`. With SLOWER=4 the page has a quarter of the machine's speed.
 */
export async function openPage(browser, { viewport = DESKTOP, ...options } = {}) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  if (process.env.SLOWER) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: Number(process.env.SLOWER) });
  const errors = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => errors.push(`exception: ${error.stack ?? error}`));
  page.on("requestfailed", (request) => {
    // Aborted by the page itself: a player that seeks, an event stream that ends.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") errors.push(`request: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.assertNoErrors = (allowed = /$^/) => assert.deepEqual(errors.filter((error) => !allowed.test(error)), []);
  return page;
}

export async function screenshot(page, name) {
  const folder = join(OUTPUT, "screenshots");
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
}
