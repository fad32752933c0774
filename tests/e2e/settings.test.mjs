/** The settings page: what it shows, what it saves, what it says of values that are not taken. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, eventuallyIs, focusIsOn } from "./support/checks.mjs";
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
  const assertValue = (label, wanted) => eventuallyIs(() => page.getByLabel(label, { exact: true }).inputValue(), wanted, label);
  const save = page.getByRole("button", { name: "Save" });
  await assertValue("Preset", "balanced");
  await assertValue("Max upload size", "100");
  await assertValue("Max upload size, unit", "GiB");
  await assertValue("Stall timeout", "2");
  await assertValue("Stall timeout, unit", "m");
  await assertValue("Loudness", "off");
  await page.getByText("From VLOG_TRANSCODING_NICE").waitFor();
  await save.waitFor({ state: "hidden" }); // nothing to save yet

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
  await save.click();
  await page.getByText("7 settings are saved and in force").waitFor();
  await save.waitFor({ state: "hidden" });
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
  await assertValue("Preset", "slow");
  await assertValue("Stall timeout", "90");
  await page.goto(server.site);
  await page.getByText("Films of ours").waitFor();
  page.assertNoErrors();
  await page.context().close();
});

test("a change is taken back, by the button and by discarding", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Reset Preset to balanced" }).click();
  await eventuallyIs(() => page.getByLabel("Preset", { exact: true }).inputValue(), "balanced");
  await page.getByLabel("Nice", { exact: true }).fill("3");
  await page.getByText("2 unsaved changes").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  await eventuallyIs(() => page.getByLabel("Preset", { exact: true }).inputValue(), "slow");
  await eventuallyIs(() => page.getByLabel("Nice", { exact: true }).inputValue(), "12");
  await page.getByRole("button", { name: "Reset Preset to balanced" }).click();
  await page.keyboard.press("Control+s");
  await page.getByText("1 setting is saved and in force").waitFor();
  assert.equal((await setting("transcoding.preset")).source, "default");
  await page.getByRole("button", { name: "Reset Preset to balanced" }).waitFor({ state: "hidden" });
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
  await focusIsOn(page, "setting-transcoding-nice");
  await eventuallyIs(() => page.getByLabel("Nice", { exact: true }).getAttribute("aria-invalid"), "true");
  assert.equal((await setting("streaming.segment_duration")).source, "environment");
  await assertAccessible(page, "settings with an error");
  await screenshot(page, "settings-error");
  await page.getByLabel("Nice", { exact: true }).fill("5");
  await error.waitFor({ state: "hidden" });
  page.assertNoErrors(/422/);
  await page.context().close();
});

test("a text that does not look right is told when its field is left", async () => {
  const page = await open();
  const field = page.getByLabel("Public default", { exact: true });
  await field.fill("100 a minute");
  await field.blur();
  const error = page.getByText("This does not look right. Write it like 100/minute", { exact: false });
  await error.waitFor();
  assert.equal(await field.evaluate((input) => input.validity.patternMismatch), true);
  await field.fill("90/minute");
  await error.waitFor({ state: "hidden" });
  await field.blur();
  assert.equal(await field.evaluate((input) => input.validity.valid), true);
  await page.getByText("Such as 100/minute, 5/second, off").first().waitFor();
  page.assertNoErrors();
  await page.context().close();
});

test("JSON and lists are edited as text, and a secret is taken and never shown", async () => {
  const page = await open();
  const ladder = page.getByLabel("Ladder", { exact: true });
  await eventuallyIs(async () => (await ladder.inputValue()).split("\n")[1], '  {"height":2160,"max_rate":15000000},');
  await ladder.fill('[{"height": 720');
  await ladder.blur();
  await page.getByText("This is not JSON", { exact: false }).waitFor();
  await screenshot(page, "settings-json");
  await ladder.fill('[{"height": 720, "max_rate": 2000000}]');
  await page.getByLabel("Admin values", { exact: true }).fill("film-admins, everybody");
  const secret = page.getByLabel("Client secret", { exact: true });
  assert.equal(await secret.getAttribute("type"), "password");
  await secret.fill("between us");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("3 settings are saved and in force").waitFor();
  assert.deepEqual((await setting("transcoding.ladder")).value, [{ height: 720, max_rate: 2000000 }]);
  assert.deepEqual((await setting("oidc.admin_values")).value, ["film-admins", "everybody"]);
  assert.equal((await setting("oidc.client_secret")).value, "***");
  await page.reload();
  await page.getByText("Set; it is never shown").waitFor();
  assert.equal(await secret.inputValue(), "");
  assert.ok(!(await page.content()).includes("between us"));
  await secret.scrollIntoViewIfNeeded();
  await screenshot(page, "settings-secret");
  await assertAccessible(page, "settings with a secret");
  for (const name of ["Remove what was set as Client secret", "Take back the change of Ladder", "Reset Admin values to none"]) {
    await page.getByRole("button", { name }).click();
  }
  await page.getByText("3 unsaved changes").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("3 settings are saved and in force").waitFor();
  await page.locator("#setting-oidc-client_secret-hint").getByText("Not set").waitFor();
  assert.equal((await setting("oidc.client_secret")).value, "");
  assert.equal((await setting("transcoding.ladder")).source, "default");
  page.assertNoErrors();
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
