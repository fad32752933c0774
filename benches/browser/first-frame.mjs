// Opens addresses from its input in Chromium and prints when each showed its first picture.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const WAIT_MS = 60_000;
const [homePage] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
page.on("pageerror", (error) => console.error(String(error)));

await page.addInitScript(() => {
  const watched = new WeakSet();
  const watch = (video) => {
    if (watched.has(video)) return;
    watched.add(video);
    video.muted = true;
    video.requestVideoFrameCallback(() => (globalThis.firstPictureAt ??= performance.timeOrigin + performance.now()));
  };
  new MutationObserver(() => document.querySelectorAll("video").forEach(watch)).observe(document, {
    childList: true,
    subtree: true,
  });
});

await page.goto(homePage, { waitUntil: "networkidle" });
console.log("ready");

for await (const address of createInterface({ input: process.stdin })) {
  try {
    await page.goto(address, { waitUntil: "commit" });
    const handle = await page.waitForFunction(() => globalThis.firstPictureAt, undefined, { timeout: WAIT_MS });
    console.log(JSON.stringify({ at: await handle.jsonValue() }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
await browser.close();
