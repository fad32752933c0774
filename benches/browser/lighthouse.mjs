// Prints what Lighthouse says of pages: one line of JSON for each. Its input is one line, a list of pages, each with the
// cookies of whoever looks at it: [{"address": "http://127.0.0.1:9001/users", "cookies": "vlog_access=..."}].
import { text } from "node:stream/consumers";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const pages = JSON.parse(await text(process.stdin));
const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  chromeFlags: ["--headless=new", "--no-sandbox"],
  logLevel: "silent",
});
try {
  for (const { address, cookies } of pages) {
    const options = {
      port: chrome.port,
      logLevel: "silent",
      onlyCategories: ["accessibility", "best-practices"],
      throttlingMethod: "provided",
      extraHeaders: cookies ? { Cookie: cookies } : undefined,
    };
    const { lhr } = await lighthouse(address, options);
    const { accessibility, "best-practices": practices } = lhr.categories;
    const missed = ({ auditRefs }) =>
      auditRefs.filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 1).map(({ id }) => id);
    const score = (category) => Math.round((category.score ?? 0) * 100);
    console.log(
      JSON.stringify({
        shown: lhr.finalDisplayedUrl,
        error: lhr.runtimeError?.message ?? null,
        accessibility: score(accessibility),
        best_practices: score(practices),
        missed: [...missed(accessibility), ...missed(practices)],
      }),
    );
  }
} finally {
  await chrome.kill();
}
