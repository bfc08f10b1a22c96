// A real OpenID Connect provider for the tests: client credentials in, JWT access tokens with groups out.
//
// Started as `node server.mjs [port]`; prints one line of JSON with its issuer once it listens on loopback.
// POST /test/rotate-keys replaces the signing key, as an operator would: new id, new key, the old one is gone.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const AUDIENCE = "chainwarden";
const GROUPS = ["data-science", "research"];
const TOKEN_LIFETIME_S = 300;

function newSigningKey() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256", kid: randomUUID() };
}

function newProvider(issuer) {
  return new Provider(issuer, {
    clients: [
      {
        client_id: "app",
        client_secret: "app-secret-of-the-simulator",
        grant_types: ["client_credentials"],
        id_token_signed_response_alg: "ES256",
        redirect_uris: [],
        response_types: [],
      },
    ],
    cookies: { keys: [randomUUID()] },
    jwks: { keys: [newSigningKey()] },
    extraTokenClaims: () => ({ groups: GROUPS }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "https://chainwarden.local",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          accessTokenFormat: "jwt",
          accessTokenTTL: TOKEN_LIFETIME_S,
          audience: AUDIENCE,
          jwt: { sign: { alg: "ES256" } },
          scope: "",
        }),
      },
    },
  });
}

let handle;
const server = createServer((request, response) => {
  if (request.method === "POST" && request.url === "/test/rotate-keys") {
    handle = newProvider(issuer()).callback();
    response.writeHead(204).end();
    return;
  }
  handle(request, response);
});

function issuer() {
  return `http://127.0.0.1:${server.address().port}`;
}

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  handle = newProvider(issuer()).callback();
  console.log(JSON.stringify({ issuer: issuer() }));
});
