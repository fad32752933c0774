/** Private videos: sharing in the dashboard, watching past the end of a link, and a site that asks everybody to log in. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, eventually } from "./support/checks.mjs";
import { rich } from "./support/clips.mjs";
import { assertPlays, playerReady, seekTo } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";

const FRIEND = { username: "friend", password: "a password of a friend" };
const REFUSED = /status of (401|403|404)/;
/** How long a link is good, seconds. */
const LIFE = 6;

let server;
let browser;
let video;
before(async () => {
  const settings = { VLOG_TRANSCODING_PRESET: "ultrafast", VLOG_ACCESS_MEDIA_LINK_LIFETIME: `${LIFE}s` };
  [server, browser] = await Promise.all([startServer(settings), launch()]);
  const made = await send("POST", "/api/users", { ...FRIEND, role: "viewer", display_name: "A Friend" });
  assert.equal(made.status, 200);
  const uploaded = await server.upload(await rich(), "Our secret");
  video = await server.ready(uploaded.video_id);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

function send(method, path, body) {
  const headers = { authorization: `Bearer ${server.key}`, "content-type": "application/json" };
  return fetch(`${server.admin}${path}`, { method, headers, body: JSON.stringify(body) });
}

const share = async (change) => assert.equal((await send("PATCH", `/api/videos/${video.id}`, change)).status, 200);

const set = async (values) => assert.equal((await send("PATCH", "/api/settings", values)).status, 200);

async function logIn(page, { username, password }) {
  await page.getByLabel("Name", { exact: true }).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

async function look(page, name) {
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    await page.setViewportSize(viewport);
    await assertFits(page, `${name}, ${size}`);
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      await screenshot(page, `${name}-${size}-${colorScheme}`);
      await assertAccessible(page, `${name}, ${size}, ${colorScheme}`);
    }
  }
  await page.setViewportSize(DESKTOP);
}

test("a video is shared in the dashboard, and only friends find it", async () => {
  const admin = await openPage(browser);
  await server.login(admin);
  await admin.goto(server.admin);
  await admin.getByRole("button", { name: "Edit and share" }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Private" }).check();
  await dialog.getByLabel("A Friend (friend)").check();
  await dialog.getByText("1 person chosen").waitFor();
  await look(admin, "share");
  await dialog.getByRole("button", { name: "Save" }).click();
  await admin.getByText("Our secret is saved").waitFor();
  await admin.locator(".row-status").getByText("Private").waitFor();
  await admin.getByRole("button", { name: "Edit and share" }).click();
  await dialog.getByText("1 person chosen").waitFor();
  await eventually(async () => {
    assert.ok(await dialog.getByRole("radio", { name: "Private" }).isChecked());
    assert.ok(await dialog.getByLabel("A Friend (friend)").isChecked());
  });
  admin.assertNoErrors();
  await admin.context().close();

  const page = await openPage(browser);
  await page.goto(`${server.site}/`);
  await page.getByText("No videos yet").waitFor();
  await page.goto(`${server.site}/watch/${video.slug}`);
  await page.getByText("This page does not exist").waitFor();
  await page.getByRole("link", { name: "Log in" }).click();
  await logIn(page, FRIEND);
  await page.waitForURL(`${server.site}/watch/${video.slug}`);
  await playerReady(page);
  await assertPlays(page);
  await page.goto(`${server.site}/`);
  await page.getByText("Our secret").waitFor();
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByText("A Friend").waitFor();
  await look(page, "home-friend");

  // the short-lived cookie is gone, the session is not
  await page.context().clearCookies({ name: "vlog_access" });
  await page.goto(`${server.site}/watch/${video.slug}`);
  await playerReady(page);
  await assertPlays(page);
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByText("No videos yet").waitFor();
  page.assertNoErrors(REFUSED);
  await page.context().close();
});

/** However long the test takes until it seeks, there is something left to ask for. */
const loadLittleAhead = (page) =>
  page.evaluate(() => window.vlogPlayer.player.configure({ streaming: { bufferingGoal: 5 } }));

for (const format of ["hls", "dash"]) {
  test(`a film goes on past the end of its link over ${format}`, async () => {
    await share({ visibility: "private", shared_with: { users: ["friend"] } });
    const page = await openPage(browser);
    const links = new Set();
    page.on("request", (request) => {
      const link = /\/s\/(\d+)\.[^/]+\/g\d+\//.exec(request.url())?.[1];
      if (link) links.add(link);
    });
    const answer = await page.context().request.post(`${server.site}/api/auth/login`, { data: FRIEND });
    assert.ok(answer.ok());
    await page.goto(`${server.site}/watch/${video.slug}?format=${format}`);
    await playerReady(page);
    await loadLittleAhead(page);
    await assertPlays(page);
    const first = links.size;
    await page.waitForTimeout((LIFE + 1) * 1000);
    // far from what is buffered, and what no one has asked for yet
    await seekTo(page, 34);
    await eventually(() => assert.ok(links.size > first, "another link"));
    page.assertNoErrors();
    await page.context().close();
  });

  test(`a film goes on for those who still may see it over ${format}`, async () => {
    await share({ visibility: "private", shared_with: { users: ["friend"] } });
    await set({ "access.media_link_lifetime": "4h" });
    const page = await openPage(browser);
    let refused = 0;
    page.on("response", (response) => (refused += response.status() === 403 ? 1 : 0));
    await page.context().request.post(`${server.site}/api/auth/login`, { data: FRIEND });
    await page.goto(`${server.site}/watch/${video.slug}?format=${format}`);
    await playerReady(page);
    await loadLittleAhead(page);
    await assertPlays(page);
    // the link ends at once, long before its time
    await share({ shared_with: { users: ["friend", "tester"] } });
    await seekTo(page, 34);
    await eventually(() => assert.ok(refused > 0));
    page.assertNoErrors(REFUSED);

    await share({ shared_with: { users: ["tester"] } });
    await page.evaluate(() => (window.vlogPlayer.video.currentTime = 12));
    await page.getByText("The video cannot be played").waitFor();
    await page.context().close();
    await set({ "access.media_link_lifetime": `${LIFE}s` });
  });
}

test("a private site asks for a login, and comes back to where one was going", async () => {
  await share({ visibility: "public" });
  await set({ "access.private": true });
  const page = await openPage(browser);
  await page.goto(`${server.site}/watch/${video.slug}?t=5`);
  await page.waitForURL(/\/login\?next=%2Fwatch%2F/);
  await look(page, "login-public");
  await logIn(page, FRIEND);
  await page.waitForURL(`${server.site}/watch/${video.slug}?t=5`);
  await playerReady(page);
  await assertPlays(page);
  await page.goto(`${server.site}/login?next=//example.org/`, { waitUntil: "commit" });
  await page.waitForURL(`${server.site}/`);
  page.assertNoErrors(REFUSED);
  await page.context().close();
  await set({ "access.private": false });
});
