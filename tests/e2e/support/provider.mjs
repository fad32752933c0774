/**
 * A small OpenID Connect provider in place of a real one, which cannot be installed where the tests run. It logs
 * `person` in without asking. On 127.0.0.1, so that it is another site than `localhost`.
 */
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const b64 = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

export async function startProvider(person) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const codes = new Map();
  let issuer = "";
  const answers = {
    "/.well-known/openid-configuration": () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    }),
    "/jwks": () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "RS256" }] }),
    "/token": (form) => {
      const known = codes.get(form.get("code"));
      codes.delete(form.get("code"));
      const shown = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
      if (!known || known.get("code_challenge") !== shown) return null;
      const now = Math.floor(Date.now() / 1000);
      const claims = { ...person, iss: issuer, aud: known.get("client_id"), iat: now, exp: now + 300, nonce: known.get("nonce") };
      const text = `${b64({ alg: "RS256", kid: "1" })}.${b64(claims)}`;
      const id_token = `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
      return { access_token: "x", token_type: "Bearer", id_token };
    },
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, issuer);
    // Browsers ask by themselves.
    if (url.pathname === "/favicon.ico") return void response.writeHead(204).end();
    if (url.pathname === "/authorize") {
      const code = randomUUID();
      codes.set(code, url.searchParams);
      const state = encodeURIComponent(url.searchParams.get("state"));
      // A page with a link, as a person would see it: what comes next begins on another site.
      response.setHeader("content-type", "text/html");
      response.end(`<a href="${url.searchParams.get("redirect_uri")}?code=${code}&state=${state}">Allow</a>`);
      return;
    }
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = answers[url.pathname]?.(new URLSearchParams(body)) ?? null;
    response.writeHead(answer ? 200 : 400, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { error: "invalid_grant" }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${server.address().port}`;
  return { issuer, stop: () => server.close() };
}
