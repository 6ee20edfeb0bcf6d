// The client of `@modelcontextprotocol/sdk` 1.x: `client_1x.mjs legacy stdio SERVER` or `client_1x.mjs legacy http URL KEYS`.

import assert from "node:assert/strict";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

import { NotApplicable, run, session } from "./cases.mjs";

const [, , , kind, address, keys = "{}"] = process.argv;

function transport(caller) {
  if (kind === "stdio") {
    if (!["alice", "carol"].includes(caller)) throw new NotApplicable("there are no keys on a pipe");
    return new StdioClientTransport({ command: address, args: ["stdio", caller] });
  }
  const headers = { authorization: `Bearer ${JSON.parse(keys)[caller]}` };
  return new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } });
}

await run(async (caller, answer) => {
  const client = new Client({ name: "typescript-1.x", version: "1" }, { capabilities: answer ? { elicitation: {} } : {} });
  if (answer) client.setRequestHandler(ElicitRequestSchema, (request) => answer(request.params.message));
  const wire = transport(caller);
  // The client tells its transport what was agreed on; the one for pipes does not care, and is made to.
  let agreed;
  const tell = wire.setProtocolVersion?.bind(wire);
  wire.setProtocolVersion = (protocol) => {
    agreed = protocol;
    tell?.(protocol);
  };
  await client.connect(wire);
  assert.equal(agreed, "2025-11-25");
  return session(client, (params, options) => client.callTool(params, undefined, options));
});
