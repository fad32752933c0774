/** The settings page: what it shows, what it saves, what it says of values that are not taken. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits } from "./support/checks.mjs";
import { startServer } from "./support/server.mjs";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ VLOG_TRANSCODING_NICE: "12" }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const setting = async (key) => (await server.fetch(`/api/settings/${key}`)).json();

async function open(options) {
  const page = await openPage(browser, options);
  await server.login(page);
  await page.goto(`${server.admin}/settings`);
  await page.getByLabel("Preset", { exact: true }).waitFor();
  return page;
}

test("every kind of value is shown, changed and saved in one go", async () => {
  const page = await open();
  const value = (label) => page.getByLabel(label, { exact: true }).inputValue();
  assert.equal(await value("Preset"), "balanced");
  assert.equal(await value("Max upload size"), "100");
  assert.equal(await value("Max upload size, unit"), "GiB");
  assert.equal(await value("Stall timeout"), "2");
  assert.equal(await value("Stall timeout, unit"), "m");
  assert.equal(await value("Loudness"), "off");
  assert.equal(await page.getByText("From VLOG_TRANSCODING_NICE").count(), 1);
  assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0, "nothing to save yet");

  await page.getByLabel("Preset", { exact: true }).selectOption("slow");
  await page.getByLabel("Enable DASH").uncheck();
  await page.getByLabel("Max upload size", { exact: true }).fill("5");
  await page.getByLabel("Stall timeout", { exact: true }).fill("90");
  await page.getByLabel("Stall timeout, unit").selectOption("s");
  await page.getByLabel("Loudness").fill("-16");
  await page.getByRole("checkbox", { name: "hevc" }).check();
  await page.getByLabel("Tagline", { exact: true }).fill("Films of ours");
  await page.getByText("7 unsaved changes").waitFor();
  await screenshot(page, "settings-changed");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("7 settings are saved and in force").waitFor();
  assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0);
  for (const [key, wanted] of Object.entries({
    "transcoding.preset": "slow",
    "streaming.enable_dash": false,
    "storage.max_upload_size": "5GiB",
    "transcoding.stall_timeout": "1m30s",
    "transcoding.loudness": -16,
    "transcoding.codecs": ["h264", "hevc"],
    "display.tagline": "Films of ours",
  })) {
    assert.deepEqual((await setting(key)).value, wanted, key);
  }
  await page.reload();
  assert.equal(await value("Preset"), "slow");
  assert.equal(await value("Stall timeout"), "90");
  await page.goto(server.site);
  await page.getByText("Films of ours").waitFor();
  page.assertNoErrors();
  await page.context().close();
});

test("a change is taken back, by the button and by discarding", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Reset Preset to balanced" }).click();
  assert.equal(await page.getByLabel("Preset", { exact: true }).inputValue(), "balanced");
  await page.getByLabel("Nice", { exact: true }).fill("3");
  await page.getByText("2 unsaved changes").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  assert.equal(await page.getByLabel("Preset", { exact: true }).inputValue(), "slow");
  assert.equal(await page.getByLabel("Nice", { exact: true }).inputValue(), "12");
  await page.getByRole("button", { name: "Reset Preset to balanced" }).click();
  await page.keyboard.press("Control+s");
  await page.getByText("1 setting is saved and in force").waitFor();
  assert.equal((await setting("transcoding.preset")).source, "default");
  assert.equal(await page.getByRole("button", { name: "Reset Preset to balanced" }).count(), 0);
  page.assertNoErrors();
  await page.context().close();
});

test("a value that is not taken is told beside its field, and nothing is saved", async () => {
  const page = await open();
  await page.getByLabel("Nice", { exact: true }).fill("25");
  await page.getByLabel("Segment duration", { exact: true }).fill("4");
  await page.getByLabel("Segment duration", { exact: true }).press("Enter");
  const error = page.getByText("25 is out of range: choose a value from 0 to 19.", { exact: false });
  await error.waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "setting-transcoding-nice");
  assert.equal(await page.getByLabel("Nice", { exact: true }).getAttribute("aria-invalid"), "true");
  assert.equal((await setting("streaming.segment_duration")).source, "environment");
  await assertAccessible(page, "settings with an error");
  await screenshot(page, "settings-error");
  await page.getByLabel("Nice", { exact: true }).fill("5");
  await error.waitFor({ state: "hidden" });
  page.assertNoErrors(/422/);
  await page.context().close();
});

test("search finds by words and keys, also what needs a restart", async () => {
  const page = await open();
  const rows = page.locator(".setting");
  const all = await rows.count();
  await page.getByRole("searchbox").fill("transcoding.pre");
  await page.waitForFunction(() => document.querySelectorAll(".setting").length === 1);
  await page.getByRole("searchbox").fill("admin_port");
  await page.getByText("http.admin_port").waitFor();
  await page.getByRole("searchbox").fill("nothing like this");
  await page.getByRole("heading", { name: "No setting matches" }).waitFor();
  await page.getByRole("button", { name: "Show all settings" }).click();
  await page.waitForFunction((all) => document.querySelectorAll(".setting").length === all, all);
  page.assertNoErrors();
  await page.context().close();
});

test("accessible, and as wide as the window", async () => {
  const page = await open();
  await page.locator("summary").first().click();
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE, narrow: { width: 320, height: 640 } })) {
    await page.setViewportSize(viewport);
    await assertFits(page, `settings, ${size}`);
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `settings-${size}-${colorScheme}`);
      await assertAccessible(page, `settings, ${size}, ${colorScheme}`);
    }
  }
  await page.goto(server.admin);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.waitForURL(/settings$/);
  page.assertNoErrors();
  await page.context().close();
});
