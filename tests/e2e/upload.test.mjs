/** The dashboard: files go in by the file chooser and by drag and drop, bad ones say why, deleting asks first. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, eventually, eventuallyIs } from "./support/checks.mjs";
import { copied, encoded, renamedText } from "./support/clips.mjs";
import { steeredFfmpeg } from "./support/ffmpeg.mjs";
import { startServer } from "./support/server.mjs";

/** For encoding on a slow machine. */
const LONG = { timeout: 240_000 };

let server;
let browser;
let ffmpeg;
before(async () => {
  ffmpeg = await steeredFfmpeg();
  const settings = { VLOG_MAX_UPLOAD_SIZE: "20 MB", VLOG_FFMPEG_PATH: ffmpeg.path };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await ffmpeg?.remove();
});

const row = (page, title) => page.locator(".videos .row").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
const queued = (page, title) => page.locator(".queue-item").filter({ hasText: title });

/** Sending it once more would change nothing. */
async function assertHopeless(page, title) {
  await queued(page, title).getByRole("button", { name: "Remove from the list" }).waitFor();
  await queued(page, title).getByRole("button", { name: "Try again" }).waitFor({ state: "hidden" });
}

test("two files from the file chooser: named, sent with progress, encoded, ready", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(server.admin);
  await page.getByText("No videos yet").waitFor();
  const files = await Promise.all([encoded("640x360", 20), copied()]);
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByText("Choose files").click()]);
  assert.ok(chooser.isMultiple());
  await chooser.setFiles(files);
  const titles = page.getByRole("textbox", { name: "Title" });
  await titles.nth(0).fill("To be encoded");
  await titles.nth(1).fill("To be copied");

  // A slow line, so that there is progress to see.
  const line = await page.context().newCDPSession(page);
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 });
  await ffmpeg.hold("libx264");
  await page.getByRole("button", { name: "Upload 2 videos" }).click();
  const bar = queued(page, "To be encoded").getByRole("progressbar");
  await bar.waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".queue-item [role=progressbar]")].some((bar) => {
      const value = Number(bar.getAttribute("aria-valuenow"));
      return value > 0 && value < 100;
    }),
  );
  await screenshot(page, "admin-uploading");
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });

  for (const title of ["To be encoded", "To be copied"]) await queued(page, title).getByText("Uploaded").waitFor();
  await row(page, "To be encoded").getByRole("progressbar").waitFor();
  await screenshot(page, "admin-encoding");
  await ffmpeg.release("libx264");
  for (const title of ["To be encoded", "To be copied"]) {
    await row(page, title).locator(".badge-ready").waitFor(LONG);
  }
  await page.locator(".count").filter({ hasText: "2 videos" }).waitFor();
  await screenshot(page, "admin-ready");
  page.assertNoErrors();
  await page.context().close();
});

test("a file dropped on the page, after the short-lived cookie has expired", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(server.admin);
  const content = (await readFile(await copied("320x240", 3))).toString("base64");
  const transfer = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "Dropped clip.mp4", { type: "video/mp4" }));
    return data;
  }, content);
  await page.dispatchEvent(".drop", "dragenter", { dataTransfer: transfer });
  await page.getByRole("heading", { name: "Let go to add the files" }).waitFor();
  await screenshot(page, "admin-drag-over");
  await page.dispatchEvent(".drop", "drop", { dataTransfer: transfer });
  await page.context().clearCookies({ name: "vlog_access" });
  await page.getByRole("button", { name: "Upload 1 video" }).click();
  await row(page, "Dropped clip").locator(".badge-ready").waitFor(LONG);

  const watch = queued(page, "Dropped clip").getByRole("link", { name: "Watch" });
  await eventually(async () => assert.match(await watch.getAttribute("href"), /\/watch\/dropped-clip$/));
  page.assertNoErrors(/status of 401/);
  await page.context().close();
});

test("a renamed text file is refused with the reason", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(server.admin);
  await page.locator("#files").setInputFiles(await renamedText());
  await page.getByRole("button", { name: "Upload 1 video" }).click();
  await queued(page, "not a video").getByText(/not a video or audio file.* \(unsupported_media\)\.$/).waitFor();
  await queued(page, "not a video").getByText("Failed").waitFor();
  await assertHopeless(page, "not a video");
  await screenshot(page, "admin-bad-file");
  assert.equal(await row(page, "not a video").count(), 0);
  // Chromium reports every answer of 400 and above.
  page.assertNoErrors(/415/);
  await page.context().close();
});

test("files that can never be taken are not sent and cannot be tried again", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(server.admin);
  const files = [["Nothing in it.mp4", 0], ["Far too much.mp4", 21_000_000]];
  await page.locator("#files").setInputFiles(files.map(([name, size]) => ({ name, mimeType: "video/mp4", buffer: Buffer.alloc(size) })));
  await queued(page, "Nothing in it").getByText("The file is empty (empty_file).").waitFor();
  await queued(page, "Far too much").getByText(/The file has 21 MB.* \(too_large\)\.$/).waitFor();
  for (const title of ["Nothing in it", "Far too much"]) await assertHopeless(page, title);
  await page.getByRole("button", { name: /^Upload/ }).waitFor({ state: "hidden" });
  await queued(page, "Nothing in it").getByRole("button", { name: "Remove from the list" }).click();
  await queued(page, "Nothing in it").waitFor({ state: "detached" });
  page.assertNoErrors();
  await page.context().close();
});

test("an upload that the network broke off can be tried again", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(server.admin);
  await page.route("**/api/videos", (route) => route.abort("connectionreset"), { times: 1 });
  await page.locator("#files").setInputFiles({ name: "Second try.mp4", mimeType: "video/mp4", buffer: await readFile(await copied("320x240", 3)) });
  await page.getByRole("button", { name: "Upload 1 video" }).click();
  await queued(page, "Second try").getByText("The connection was lost during the upload.", { exact: true }).waitFor();
  await queued(page, "Second try").getByRole("button", { name: "Try again" }).click();
  await row(page, "Second try").locator(".badge-ready").waitFor(LONG);
  page.assertNoErrors(/ERR_CONNECTION_RESET/);
  await page.context().close();
});

test("title and description can be changed, on a phone, and messages do not lie on the list", async () => {
  const page = await openPage(browser, { viewport: PHONE });
  await server.login(page);
  await page.goto(server.admin);
  await page.locator(".filters input").waitFor();
  const placeholder = await page.locator(".filters input").evaluate((field) => {
    const style = getComputedStyle(field);
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    return { room, needed: pen.measureText(field.placeholder).width };
  });
  assert.ok(placeholder.room >= placeholder.needed, `the placeholder is cut off: ${JSON.stringify(placeholder)}`);

  await row(page, "Dropped clip").getByRole("button", { name: "Edit and share" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit this video" });
  await eventuallyIs(() => dialog.getByLabel("Title").inputValue(), "Dropped clip");
  await assertAccessible(page, "the edit dialog");
  await screenshot(page, "admin-edit-phone");
  await dialog.getByLabel("Title").fill("   ");
  await eventuallyIs(() => dialog.getByRole("button", { name: "Save" }).isDisabled(), true);
  await dialog.getByLabel("Title").fill("Caught clip");
  await dialog.getByLabel("Description").fill("It was dropped,\nand caught.");
  await dialog.getByRole("button", { name: "Save" }).click();
  await row(page, "Caught clip").waitFor();
  // in one look: it goes by itself
  const places = await page.waitForFunction(() => {
    const toast = [...document.querySelectorAll(".toast")].find(({ textContent }) => textContent.includes("Caught clip is saved"));
    const bottom = (element) => element.getBoundingClientRect().bottom;
    return toast ? { message: bottom(toast), header: bottom(document.querySelector(".header")) } : null;
  });
  await screenshot(page, "admin-toast-phone");
  const { message, header } = await places.jsonValue();
  assert.ok(message > 0 && message <= header + 1, `the message keeps to the header: ${message}, ${header}`);

  await page.goto(`${server.site}/watch/dropped-clip`);
  await page.getByRole("heading", { name: "Caught clip" }).waitFor();
  await page.getByText("and caught.").waitFor();
  page.assertNoErrors();
  await page.context().close();
});

test("deleting asks first", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(server.admin);
  const remove = row(page, "To be copied").getByRole("button", { name: "Delete" });
  await remove.click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("This cannot be undone").waitFor();
  await screenshot(page, "admin-delete");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await row(page, "To be copied").count(), 1);

  await remove.click();
  await dialog.getByRole("button", { name: "Delete for ever" }).click();
  await row(page, "To be copied").waitFor({ state: "detached" });
  await page.reload();
  await row(page, "Caught clip").waitFor();
  await eventually(async () => {
    const count = await page.locator(".videos li.row").count();
    assert.equal(await page.locator(".count").textContent(), `${count} videos`, "known without a further request");
  });
  assert.equal(await row(page, "To be copied").count(), 0);
  page.assertNoErrors();
  await page.context().close();
});
