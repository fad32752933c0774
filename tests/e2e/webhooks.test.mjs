/** The Webhooks page in a real browser, with a real receiver: added, tried, told, refused, taken away. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { DESKTOP, PHONE, launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, assertGone, eventually, focusIsOn } from "./support/checks.mjs";
import { encoded } from "./support/clips.mjs";
import { startServer } from "./support/server.mjs";

const NARROW = { width: 320, height: 640 };

let server;
let browser;
let receiver;
const received = [];
let status = 200;
before(async () => {
  receiver = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    received.push({ headers: request.headers, body });
    response.writeHead(status).end(status === 200 ? "Well received" : "Not now");
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const settings = { VLOG_WEBHOOKS_ALLOW_NETWORKS: "127.0.0.0/8", VLOG_WEBHOOKS_MAX_RETRIES: "0", VLOG_STORAGE_FREE_SPACE_FLOOR: "0" };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  receiver?.close();
});

const card = (page, name) => page.getByRole("article", { name, exact: true });
const button = (page, name, what) => card(page, name).getByRole("button", { name: `${what} ${name}` });
const message = (page, ...texts) => texts.reduce((rows, hasText) => rows.filter({ hasText }), page.locator(".delivery")).first();

async function everySize(page, where) {
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE, narrow: NARROW })) {
    await page.setViewportSize(viewport);
    await assertFits(page, `${where}, ${size}`);
    if (viewport === NARROW) continue;
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `webhooks-${where}-${size}-${colorScheme}`);
      await assertAccessible(page, `webhooks ${where}, ${size}, ${colorScheme}`);
    }
  }
  await page.setViewportSize(DESKTOP);
}

/** As a receiver does it, by the specification. */
function assertSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
  assert.ok(headers["webhook-signature"].split(" ").includes(expected), headers["webhook-signature"]);
}

test("a webhook is added, tried, told what happens, and removed", async () => {
  const page = await openPage(browser);
  await server.login(page);
  await page.goto(`${server.admin}/`);
  await page.getByRole("link", { name: "Webhooks" }).click();
  await page.getByText("Nobody is told anything yet").waitFor();
  await everySize(page, "empty");

  // an address that may not be, then one that may
  await page.getByRole("button", { name: "Add a webhook" }).click();
  await focusIsOn(page, "webhook-name");
  const dialog = page.getByRole("dialog", { name: "Add a webhook" });
  await dialog.getByLabel("What to call it").fill("Chat");
  await dialog.getByLabel("Address").fill("http://192.168.1.5/hook");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByRole("alert").filter({ hasText: "webhooks.allow_networks" }).waitFor();
  await focusIsOn(page, "webhook-url");
  await dialog.getByLabel("Address").fill(`http://127.0.0.1:${receiver.address().port}/key-in-the-path`);
  await dialog.getByLabel("Video uploaded").check();
  await everySize(page, "add");
  await dialog.getByLabel("Address").press("Enter");
  const told = page.getByRole("dialog", { name: "The secret of Chat" });
  const secret = await told.getByLabel("Secret", { exact: true }).innerText();
  assert.match(secret, /^whsec_/);
  await everySize(page, "secret");
  await told.getByRole("button", { name: "Done" }).click();
  await assertGone(page, secret, "the secret is shown once");
  await assertGone(page, "key-in-the-path", "the address is not shown");

  // a test, and its answer
  await button(page, "Chat", "Test").click();
  await card(page, "Chat").getByText("The test arrived").waitFor();
  await card(page, "Chat").getByText("Well received").waitFor();
  assertSigned(received[0], secret);
  await message(page, "Test", "Taken").waitFor();

  // something happens, and nobody reloads the page
  const begun = await page.evaluate(() => performance.timeOrigin);
  status = 500;
  await server.upload(await encoded("854x480", 4), "A walk by the sea");
  const failed = message(page, "Video uploaded", "Failed");
  await failed.waitFor();
  await card(page, "Chat").getByText("was not taken").waitFor();
  await failed.getByRole("button", { name: /^Details of Video uploaded/ }).click();
  await failed.getByText('"title": "A walk by the sea"').waitFor();
  await failed.getByText("Not now").waitFor();
  await everySize(page, "failed");
  status = 200;
  await failed.getByRole("button", { name: /^Send again: Video uploaded/ }).click();
  await message(page, "Video uploaded", "Taken").waitFor();
  await message(page, "Video ready", "Taken").waitFor();
  const uploads = received.filter(({ body }) => JSON.parse(body).type === "video.uploaded");
  assert.equal(new Set(uploads.map(({ headers }) => headers["webhook-id"])).size, 1, "the same message");
  await page.getByLabel("Which messages").selectOption("failed");
  await page.getByText("There are no such messages.").waitFor();
  assert.equal(await page.evaluate(() => performance.timeOrigin), begun);

  // changed, switched off and on, a new secret, removed
  await button(page, "Chat", "Edit").click();
  const edit = page.getByRole("dialog", { name: "Change the webhook" });
  await edit.getByLabel("What to call it").fill("Home");
  await edit.getByRole("button", { name: "Save" }).click();
  await button(page, "Home", "Switch off").click();
  await card(page, "Home").getByText("Switched off", { exact: true }).waitFor();
  await button(page, "Home", "Switch on").click();
  await card(page, "Home").getByText("Works", { exact: true }).waitFor();
  await button(page, "Home", "New secret").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "New secret" }).click();
  const fresh = await page.getByRole("dialog", { name: "The secret of Home" }).getByLabel("Secret", { exact: true }).innerText();
  assert.notEqual(fresh, secret);
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await button(page, "Home", "Test").click();
  await eventually(() => assertSigned(received.at(-1), fresh));
  assertSigned(received.at(-1), secret);
  await button(page, "Home", "Remove").click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("Nobody is told anything yet").waitFor();
  page.assertNoErrors(/status of 422/);
});
