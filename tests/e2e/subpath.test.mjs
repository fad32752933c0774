/** A path of a shared site: vlog behind a real nginx, with the example of `deploy/nginx/subpath.conf`. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, openPage } from "./support/browser.mjs";
import { copied, encoded } from "./support/clips.mjs";
import { steeredFfmpeg } from "./support/ffmpeg.mjs";
import { freePort, startNginx } from "./support/nginx.mjs";
import { assertPlays, playerReady } from "./support/player.mjs";
import { startServer } from "./support/server.mjs";

/** What Chromium reports when it is asked who is there, and nobody is. */
const NOBODY = /status of 401/;

let server;
let nginx;
let browser;
let ffmpeg;
let site;
let desk;
before(async () => {
  const [publicPort, adminPort] = [await freePort(), await freePort()];
  ffmpeg = await steeredFfmpeg();
  nginx = await startNginx("subpath.conf", { publicPort, adminPort });
  [site, desk] = [`${nginx.origin}/video`, `${nginx.origin}/video-admin`];
  [server, browser] = await Promise.all([
    startServer({
      VLOG_PUBLIC_PORT: String(publicPort),
      VLOG_ADMIN_PORT: String(adminPort),
      VLOG_BASE_PATH: "/video",
      VLOG_ADMIN_BASE_PATH: "/video-admin",
      VLOG_PUBLIC_URL: site,
      VLOG_TRUSTED_PROXIES: "127.0.0.1",
      VLOG_FFMPEG_PATH: ffmpeg.path,
    }),
    launch(),
  ]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await nginx?.stop();
  await ffmpeg?.remove();
});

/** Fails when anything outside the two paths is asked for. */
async function open() {
  const page = await openPage(browser, { ignoreHTTPSErrors: true });
  const strays = [];
  page.on("request", (request) => {
    const address = request.url();
    if (address.startsWith(nginx.origin) && !/^\/(video|video-admin)(\/|$)/.test(new URL(address).pathname)) strays.push(address);
  });
  page.assertAtHome = (allowed) => {
    assert.deepEqual(strays, []);
    page.assertNoErrors(allowed);
  };
  return page;
}

async function logIn(page) {
  await page.getByLabel("Name", { exact: true }).fill(server.account.username);
  await page.getByLabel("Password", { exact: true }).fill(server.account.password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

test("log in, upload with live progress, and watch", async () => {
  const page = await open();
  await page.goto(`${desk}/users`);
  await page.waitForURL(`${desk}/login?next=%2Fvideo-admin%2Fusers`);
  await logIn(page);
  await page.waitForURL(`${desk}/users`);
  const cookies = (await page.context().cookies()).sort((a, b) => (a.name < b.name ? -1 : 1));
  assert.deepEqual(
    cookies.map(({ name, path, secure, httpOnly }) => ({ name, path, secure, httpOnly })),
    [
      { name: "vlog_access", path: "/video-admin", secure: true, httpOnly: true },
      { name: "vlog_refresh", path: "/video-admin/api/auth", secure: true, httpOnly: true },
    ],
  );
  for (const [link, heading] of [["Settings", "Settings"], ["Audit", "Audit log"], ["Videos", "Videos"]]) {
    await page.getByRole("link", { name: link, exact: true }).click();
    await page.getByRole("heading", { name: heading, exact: true }).first().waitFor();
  }

  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByText("Choose files").click()]);
  await chooser.setFiles([await encoded("640x360", 20)]);
  await page.getByRole("textbox", { name: "Title" }).fill("From afar");
  await ffmpeg.hold("libx264");
  await page.getByRole("button", { name: /^Upload/ }).click();
  // the bar of the row moves by events alone, so nginx hands them on at once
  const row = page.locator(".videos .row").filter({ has: page.getByRole("heading", { name: "From afar", exact: true }) });
  await row.getByRole("progressbar").waitFor();
  await ffmpeg.release("libx264");
  await row.locator(".badge-ready").waitFor({ timeout: 240_000 });
  await row.locator("img").waitFor();
  await row.getByRole("link", { name: "Open in the viewer" }).click();
  await page.waitForURL(`${site}/watch/from-afar`);
  await playerReady(page);
  await assertPlays(page);
  assert.equal(await page.locator("link[rel=canonical]").getAttribute("href"), `${site}/watch/from-afar`);
  await page.goto(`${site}/watch/from-afar?format=dash`);
  await playerReady(page);
  await assertPlays(page);
  page.assertAtHome(NOBODY);
  await page.context().close();
});

test("a session that is over leads back to the page", async () => {
  const page = await open();
  await page.goto(`${desk}/`);
  await logIn(page);
  await page.getByText("Choose files").waitFor();
  await page.context().clearCookies({ name: "vlog_access" });
  await page.goto(`${desk}/audit`);
  await page.locator("#content").waitFor(); // shown to whoever is logged in
  assert.ok((await page.context().cookies()).some(({ name, path }) => name === "vlog_access" && path === "/video-admin"));
  for (const elsewhere of ["/video/", "//example.org/", "/elsewhere", "/video-admin/login", "/video-admin/../elsewhere"]) {
    await page.goto(`${desk}/login?next=${encodeURIComponent(elsewhere)}`, { waitUntil: "commit" });
    await page.waitForURL(`${desk}/`);
  }
  page.assertAtHome(NOBODY);
  await page.context().close();
});

test("the home page, its search and the description of the API", async () => {
  const { video_id: id } = await server.upload(await copied(), "A clip");
  await server.ready(id);
  const page = await open();
  await page.goto(`${nginx.origin}/video`);
  await page.waitForURL(`${site}/`);
  await page.getByRole("link", { name: /A clip/ }).waitFor();
  await page.getByRole("link", { name: /A clip/ }).click();
  await page.waitForURL(`${site}/watch/a-clip`);
  await page.getByRole("link", { name: /home/i }).first().click();
  await page.waitForURL(`${site}/`);
  await page.goto(`${site}/api/docs`);
  await page.locator(".opblock").first().waitFor();
  await page.locator(".opblock", { hasText: "/health" }).first().click();
  await page.getByRole("button", { name: "Try it out" }).click();
  await page.getByRole("button", { name: "Execute" }).click();
  await page.locator(".live-responses-table .response-col_status", { hasText: "200" }).first().waitFor();
  page.assertAtHome();
  await page.context().close();
});

test("logging out of one face leaves the session of the other", async () => {
  const page = await open();
  for (const [face, shown] of [[desk, "Choose files"], [site, "A clip"]]) {
    await page.goto(`${face}/login`);
    await logIn(page);
    await page.waitForURL(`${face}/`);
    await page.getByText(shown).first().waitFor();
  }
  await page.goto(`${desk}/`);
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(/\/video-admin\/login/);
  // the short-lived cookie is gone: the public page still knows that there is a session to renew
  await page.context().clearCookies({ name: "vlog_access" });
  await page.goto(`${site}/`);
  await page.getByRole("button", { name: "Account" }).waitFor();
  page.assertAtHome(NOBODY);
  await page.context().close();
});
