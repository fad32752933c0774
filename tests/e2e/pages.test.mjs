/** Every page: accessible and never too wide, on desktop and phone, dark and light; the home page finds its videos. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, launch, openPage, PHONE, screenshot } from "./support/browser.mjs";
import { assertAccessible, assertFits, eventually, eventuallyIs } from "./support/checks.mjs";
import { copied } from "./support/clips.mjs";
import { startServer } from "./support/server.mjs";

const NARROW = { width: 320, height: 640 };
const TITLES = ["A walk by the sea", "Bread in ten minutes", "Ein Titel, der so lang ist, dass er auf keinem Telefon in eine Zeile passt"];

let server;
let browser;
let slug;
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a fresh server says what to do", async () => {
  const page = await openPage(browser);
  await page.goto(server.site);
  await page.getByRole("heading", { name: "No videos yet" }).waitFor();
  await assertAccessible(page, "the empty home page");
  await screenshot(page, "home-empty");
  page.assertNoErrors();
  await page.context().close();
});

test("the home page lists, searches and keeps the theme", async () => {
  const clip = await copied("640x360", 8);
  for (const title of TITLES) {
    const uploaded = await server.upload(clip, title);
    await server.ready(uploaded.video_id);
    slug ??= uploaded.slug;
  }
  const page = await openPage(browser, { colorScheme: "dark" });
  await page.goto(server.site);
  const cards = page.locator("a.card");
  await cards.nth(TITLES.length - 1).waitFor();
  await eventuallyIs(() => cards.count(), TITLES.length);

  await page.locator("body").press("/");
  await page.keyboard.type("bread");
  await page.waitForFunction(() => document.querySelectorAll("a.card").length === 1);
  await cards.filter({ hasText: "Bread in ten minutes" }).waitFor();
  await page.getByRole("searchbox").fill("nothing like this");
  await page.getByRole("heading", { name: "Nothing found" }).waitFor();
  await page.getByRole("button", { name: "Show all videos" }).click();
  await cards.nth(TITLES.length - 1).waitFor();

  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await background();
  await page.getByRole("button", { name: /light theme/i }).click();
  await eventually(async () => assert.notEqual(await background(), dark));
  await page.reload();
  await eventually(async () => assert.notEqual(await background(), dark, "the choice outlives a reload"));
  page.assertNoErrors();
  await page.context().close();
});

const PAGES = {
  home: { address: () => server.site, shown: "a.card img" },
  watch: { address: () => `${server.site}/watch/${slug}`, shown: ".watch-title" },
  admin: { address: () => server.admin, shown: ".videos .row .badge-ready" },
  docs: { address: () => `${server.site}/api/docs`, shown: ".opblock" },
};

for (const [name, { address, shown }] of Object.entries(PAGES)) {
  test(`${name}: accessible, and as wide as the window`, async () => {
    const page = await openPage(browser);
    if (name === "admin") await server.login(page);
    await page.goto(address());
    await page.locator(shown).first().waitFor();
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
    page.assertNoErrors();
    await page.context().close();
  });
}
