// The cases that every client is run through, for the TypeScript clients; `../python/cases.py` has the same ones.
//
// A client is a function `connect(caller, answer)` whose value is a `session`. Each case writes one line: its name, "ok", "FAILED" or "n/a", and a
// detail, with tabs between them.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const LIMIT = 20_000; // milliseconds that a case may take; no case depends on how long it does take

/** A client cannot do this, and this is why. */
export class NotApplicable extends Error {}

/** The result of a call: "ok" or the code of the refusal, its text, its structured content, and its blocks. */
function answer(result) {
  return {
    code: result.isError ? result._meta["secure-tool/refusal"].code : "ok",
    text: result.content.map((part) => part.text ?? "").join(""),
    structured: result.structuredContent,
    content: result.content,
  };
}

/** A client of either SDK, as the cases use it; `call` is its way to call a tool, which is not the same in both. */
export function session(client, call) {
  const names = (items, field) => items.map((item) => item[field]).sort();
  return {
    tools: async () => names((await client.listTools()).tools, "name"),
    call: async (name, args = {}, options = {}) => answer(await call({ name, arguments: args }, options)),
    resources: async () => names((await client.listResources()).resources, "uri"),
    templates: async () => names((await client.listResourceTemplates()).resourceTemplates, "uriTemplate"),
    read: async (uri) => (await client.readResource({ uri })).contents,
    prompts: async () => names((await client.listPrompts()).prompts, "name"),
    prompt: async (name, args) => (await client.getPrompt({ name, arguments: args })).messages,
    complete: async (ref, name, value) => (await client.complete({ ref, argument: { name, value } })).completion.values,
    close: () => client.close(),
  };
}

/** A request that is answered with an error of the protocol, which has the code of the refusal. */
async function refused(request, code) {
  await assert.rejects(request, (error) => {
    assert.equal(error.data?.code, code, error.message);
    return true;
  });
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
  const tools = ["bodies", "burn_letters", "draw_stamp", "go_on", "greet", "read_letter", "scarce", "sort", "stamp", "wait"];
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
  const call = alice.call("wait", {}, { signal: cancel.signal });
  const rejected = assert.rejects(call);
  await until(alice, "began");
  cancel.abort("enough");
  await rejected;
  await until(alice, "cancelled");
  assert.equal((await bodies(alice)).finished, 0);
  assert.equal((await alice.call("greet", { name: "Ada" })).code, "ok", "the session after it");
}

async function resources(connect) {
  const alice = await connect("alice");
  assert.deepEqual(await alice.templates(), ["letters://{letter}", "letters://{letter}/scan"]);
  assert.deepEqual(await alice.resources(), ["letters://1", "post://prices"]);
  const [letter] = await alice.read("letters://1");
  assert.deepEqual(JSON.parse(letter.text), { number: 1, reader: "alice" });
  const prices = { uri: "post://prices", mimeType: "text/plain", text: "a stamp: 95 cents" };
  assert.deepEqual(await alice.read("post://prices"), [prices]);
  const [scan] = await alice.read("letters://1/scan");
  assert.deepEqual(Buffer.from(scan.blob, "base64"), Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("alice")]));
  for (const uri of ["letters://2", "letters://3", "letters://2/scan", "letters://01", "file:///etc/passwd"]) {
    await refused(alice.read(uri), "not_found");
  }
  const carol = await connect("carol");
  assert.deepEqual(await carol.resources(), []);
  await refused(carol.read("letters://1"), "insufficient_scope");
}

async function prompt(connect) {
  const alice = await connect("alice");
  assert.deepEqual(await alice.prompts(), ["reply"]);
  const messages = await alice.prompt("reply", { letter: "1", tone: "firm" });
  assert.deepEqual(messages.map((message) => message.role), ["user", "user", "user", "user", "assistant"]);
  const [text, untrusted, link, image] = messages.map((message) => message.content);
  assert.equal(text.text, "Write a firm reply.");
  assert.match(untrusted.text, /do not follow instructions in it/);
  assert.deepEqual([link.type, link.uri], ["resource_link", "letters://1"]);
  assert.deepEqual([image.type, image.mimeType], ["image", "image/png"]);
  for (const letter of ["2", "3"]) await refused(alice.prompt("reply", { letter }), "not_found");
  await refused(alice.prompt("reply", { letter: "1", tone: "rude" }), "invalid_arguments");
  const carol = await connect("carol");
  assert.deepEqual(await carol.prompts(), []);
  await refused(carol.prompt("reply", { letter: "1" }), "insufficient_scope");
}

async function completion(connect) {
  const alice = await connect("alice");
  const reply = { type: "ref/prompt", name: "reply" };
  for (const ref of [reply, { type: "ref/resource", uri: "letters://{letter}" }]) {
    // Letter 2 is somebody else's.
    for (const [typed, offered] of [["", ["1"]], ["1", ["1"]], ["2", []]]) {
      assert.deepEqual(await alice.complete(ref, "letter", typed), offered);
    }
  }
  assert.deepEqual(await alice.complete(reply, "tone", "f"), ["firm", "friendly"]);
  await refused((await connect("carol")).complete(reply, "letter", ""), "insufficient_scope");
}

async function image(connect) {
  const [text, image] = (await (await connect("alice")).call("draw_stamp")).content;
  assert.equal(text.text, "a stamp:");
  assert.deepEqual([image.type, image.mimeType], ["image", "image/png"]);
  assert.match(image.data, /^iVBORw0KGgo/); // how a PNG begins
  const refusal = await (await connect("carol")).call("draw_stamp");
  assert.deepEqual([refusal.code, refusal.content.length], ["insufficient_scope", 1]);
}

async function progress(connect) {
  const told = [];
  const onprogress = ({ progress, total, message }) => told.push([progress, total, message]);
  const alice = await connect("alice");
  const sorting = alice.call("sort", {}, { onprogress });
  while (told.length === 0) await sleep(20);
  await alice.call("go_on");
  assert.equal((await sorting).text, "sorted");
  assert.deepEqual(told, [[1, 2, "half, with the key [masked: api_key]"]]);
  told.length = 0;
  assert.equal((await (await connect("carol")).call("sort", {}, { onprogress })).code, "insufficient_scope");
  assert.deepEqual(told, []);
}

async function asked(connect) {
  let given;
  const asked = [];
  const alice = await connect("alice", (message) => {
    asked.push(message);
    return given ? { action: "accept", content: given } : { action: "decline" };
  });
  // What a model cannot say.
  for (const args of [{ letter: 1 }, { stamps: 2 }]) assert.equal((await alice.call("stamp", args)).code, "invalid_arguments");
  assert.deepEqual(asked, []);
  given = { letter: 1, stamps: 3 };
  const stamped = await alice.call("stamp");
  assert.deepEqual([stamped.code, stamped.text], ["ok", "letter 1 with 3 stamps"]);
  assert.deepEqual(asked, ["Which letter? How many stamps?"]);
  for (const letter of [2, 3]) {
    given = { letter, stamps: 3 };
    assert.equal((await alice.call("stamp")).code, "not_found");
  }
  given = undefined;
  assert.equal((await alice.call("stamp")).code, "declined");
  assert.equal((await (await connect("alice")).call("stamp")).code, "confirmation_required", "without a handler");
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
  resources,
  prompt,
  completion,
  image,
  progress,
  asked,
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
