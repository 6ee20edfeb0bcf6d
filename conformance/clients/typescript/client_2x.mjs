// The client of `@modelcontextprotocol/client` 2.x: `client_2x.mjs PROTOCOL stdio SERVER` or `client_2x.mjs PROTOCOL http URL KEYS`; PROTOCOL is
// "legacy" (2025-11-25) or a revision.

import assert from "node:assert/strict";

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

import { NotApplicable, run, session } from "./cases.mjs";

const [, , protocol, kind, address, keys = "{}"] = process.argv;
const mode = protocol === "legacy" ? "legacy" : { pin: protocol };

function transport(caller) {
  if (kind === "stdio") {
    if (!["alice", "carol"].includes(caller)) throw new NotApplicable("there are no keys on a pipe");
    return new StdioClientTransport({ command: address, args: ["stdio", caller] });
  }
  const headers = { authorization: `Bearer ${JSON.parse(keys)[caller]}` };
  return new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } });
}

await run(async (caller, answer) => {
  const capabilities = answer ? { elicitation: {} } : {};
  const client = new Client({ name: "typescript-2.x", version: "1" }, { capabilities, versionNegotiation: { mode } });
  if (answer) client.setRequestHandler("elicitation/create", (request) => answer(request.params.message));
  await client.connect(transport(caller));
  assert.equal(client.getNegotiatedProtocolVersion(), protocol === "legacy" ? "2025-11-25" : protocol);
  return session(client, (params, options) => client.callTool(params, options));
});
