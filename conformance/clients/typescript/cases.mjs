// The cases that every client is run through, for the TypeScript clients; `../python/cases.py` has the same ones.
//
// A client is a function `connect(caller, answer)` whose value has `tools()`, `call(name, arguments, signal)` and `close()`. Each case writes one
// line: its name, "ok", "FAILED" or "n/a", and a detail, with tabs between them.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const LIMIT = 20_000; // milliseconds that a case may take; no case depends on how long it does take

/** A client cannot do this, and this is why. */
export class NotApplicable extends Error {}

/** The result of a call: "ok" or the code of the refusal, its text, and its structured content. */
function answer(result) {
  return {
    code: result.isError ? result._meta["secure-tool/refusal"].code : "ok",
    text: result.content.map((part) => part.text).join(""),
    structured: result.structuredContent,
  };
}

/** A client of either SDK, as the cases use it. */
export function session(client) {
  return {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name).sort(),
    call: async (name, args = {}, signal) => answer(await client.call({ name, arguments: args }, { signal })),
    close: () => client.close(),
  };
}

const bodies = async (client) => (await client.call("bodies")).structured;

async function until(client, counter) {
  while ((await bodies(client))[counter] !== 1) await sleep(20);
}

async function connectWithAKey(connect) {
  await connect("alice");
  await connect("carol");
}

async function wrongKey(connect) {
  try {
    const nobody = await connect("nobody");
    await nobody.tools();
  } catch (error) {
    if (error instanceof NotApplicable) throw error;
    return `the client says: ${reason(error)}`;
  }
  assert.fail("a wrong key was accepted");
}

async function list(connect) {
  const tools = ["bodies", "burn_letters", "greet", "read_letter", "scarce", "wait"];
  assert.deepEqual(await (await connect("alice")).tools(), tools);
  assert.deepEqual(await (await connect("carol")).tools(), ["bodies"]);
}

async function allowed(connect) {
  const alice = await connect("alice");
  const greeting = await alice.call("greet", { name: "Ada" });
  assert.deepEqual([greeting.code, greeting.text], ["ok", "Hello, Ada!"]);
  const letter = await alice.call("read_letter", { letter: 1 });
  assert.deepEqual(letter.structured, { number: 1, reader: "alice" });
}

async function scope(connect) {
  const carol = await connect("carol");
  const refused = await carol.call("greet", { name: "Ada" });
  assert.equal(refused.code, "insufficient_scope");
  assert.match(refused.text, /letters:read/);
  assert.equal((await carol.call("bodies")).code, "ok", "the session after it");
}

async function notFound(connect) {
  const alice = await connect("alice");
  // Somebody else's, and none.
  for (const letter of [2, 3]) assert.equal((await alice.call("read_letter", { letter })).code, "not_found");
}

async function rateLimited(connect) {
  const alice = await connect("alice");
  assert.equal((await alice.call("scarce")).code, "ok");
  assert.equal((await alice.call("scarce")).code, "rate_limited");
}

async function confirmed(connect) {
  const asked = [];
  const alice = await connect("alice", (message) => {
    asked.push(message);
    return { action: "accept", content: { confirm: true } };
  });
  const burnt = await alice.call("burn_letters");
  assert.deepEqual([burnt.code, burnt.text], ["ok", "burnt"]);
  assert.deepEqual(asked, ["Burn the letters?"]);
  assert.equal((await bodies(alice)).burnt, 1);
}

async function declined(connect) {
  const alice = await connect("alice", () => ({ action: "decline" }));
  const before = (await bodies(alice)).burnt;
  assert.equal((await alice.call("burn_letters")).code, "declined");
  assert.equal((await bodies(alice)).burnt, before);
}

async function withoutHandler(connect) {
  const alice = await connect("alice");
  const before = (await bodies(alice)).burnt;
  const refused = await alice.call("burn_letters");
  assert.equal(refused.code, "confirmation_required");
  assert.match(refused.text, /elicitation/);
  assert.equal((await bodies(alice)).burnt, before);
}

async function cancelled(connect) {
  const alice = await connect("alice");
  const cancel = new AbortController();
  const call = alice.call("wait", {}, cancel.signal);
  const rejected = assert.rejects(call);
  await until(alice, "began");
  cancel.abort("enough");
  await rejected;
  await until(alice, "cancelled");
  assert.equal((await bodies(alice)).finished, 0);
  assert.equal((await alice.call("greet", { name: "Ada" })).code, "ok", "the session after it");
}

const CASES = {
  connect: connectWithAKey,
  "wrong key": wrongKey,
  list,
  allowed,
  scope,
  "not found": notFound,
  rate: rateLimited,
  confirmed,
  declined,
  "no handler": withoutHandler,
  cancelled,
};

/** An error, on one line. */
function reason(error) {
  return `${error.name}: ${error.message}`.replace(/\s+/g, " ");
}

/** Runs all cases, each with connections of its own; exits with an error if one fails. */
export async function run(connect) {
  let failed = false;
  for (const [name, test] of Object.entries(CASES)) {
    const open = [];
    const remembering = async (...parameters) => {
      const client = await connect(...parameters);
      open.push(client);
      return client;
    };
    let outcome = "ok";
    let detail = "";
    try {
      const late = sleep(LIMIT).then(() => assert.fail(`it took longer than ${LIMIT} ms`));
      detail = (await Promise.race([test(remembering), late])) ?? "";
    } catch (error) {
      outcome = error instanceof NotApplicable ? "n/a" : "FAILED";
      detail = error instanceof NotApplicable ? error.message : reason(error);
      failed ||= outcome === "FAILED";
    }
    console.log([name, outcome, detail].join("\t"));
    await Promise.allSettled(open.map((client) => client.close()));
  }
  process.exit(failed ? 1 : 0);
}
