"""The cases that every client is run through, for the Python clients; `../typescript/cases.mjs` has the same ones.

A client is a function `connect(caller, answer)`: an async context manager whose value has `tools()`, `call(name, arguments)` and
`cancelled(name, ready)`. Each case writes one line: its name, "ok", "FAILED" or "n/a", and a detail, with tabs between them.
"""

import sys
from typing import NamedTuple

import anyio

LIMIT = 20  # seconds that a case may take; no case depends on how long it does take


class Answer(NamedTuple):
    """The result of a call: "ok" or the code of the refusal, its text, and its structured content."""

    code: str
    text: str
    structured: dict | None


class NotApplicable(Exception):
    """A client cannot do this, and this is why."""


def answer(is_error, meta, content, structured):
    code = meta["secure-tool/refusal"]["code"] if is_error else "ok"
    return Answer(code, "".join(part.text for part in content), structured)


def same(what, actual, expected):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"expected {part!r} in {text!r}")


async def bodies(client):
    return (await client.call("bodies")).structured


async def until(client, counter):
    while (await bodies(client))[counter] != 1:
        await anyio.sleep(0.02)


async def connect_with_a_key(connect):
    async with connect("alice"):
        pass
    async with connect("carol"):
        pass


async def wrong_key(connect):
    try:
        async with connect("nobody") as nobody:
            await nobody.tools()
    except NotApplicable:
        raise
    except Exception as error:
        return f"the client says: {reason(error)}"
    raise AssertionError("a wrong key was accepted")


async def list_tools(connect):
    async with connect("alice") as alice:
        tools = ["bodies", "burn_letters", "greet", "read_letter", "scarce", "wait"]
        same("alice's tools", sorted(await alice.tools()), tools)
    async with connect("carol") as carol:
        same("carol's tools", await carol.tools(), ["bodies"])


async def allowed(connect):
    async with connect("alice") as alice:
        greeting = await alice.call("greet", {"name": "Ada"})
        same("the greeting", greeting[:2], ("ok", "Hello, Ada!"))
        letter = await alice.call("read_letter", {"letter": 1})
        same("her letter", letter.structured, {"number": 1, "reader": "alice"})


async def scope(connect):
    async with connect("carol") as carol:
        refused = await carol.call("greet", {"name": "Ada"})
        same("the code", refused.code, "insufficient_scope")
        contains(refused.text, "letters:read")
        same("the session after it", (await carol.call("bodies")).code, "ok")


async def not_found(connect):
    async with connect("alice") as alice:
        for letter in [2, 3]:  # somebody else's, and none
            same("the code", (await alice.call("read_letter", {"letter": letter})).code, "not_found")


async def rate_limited(connect):
    async with connect("alice") as alice:
        same("the first call", (await alice.call("scarce")).code, "ok")
        same("the second call", (await alice.call("scarce")).code, "rate_limited")


async def confirmed(connect):
    asked = []

    def yes(message):
        asked.append(message)
        return "accept", {"confirm": True}

    async with connect("alice", yes) as alice:
        same("the result", (await alice.call("burn_letters"))[:2], ("ok", "burnt"))
        same("the questions", asked, ["Burn the letters?"])
        same("burnt", (await bodies(alice))["burnt"], 1)


async def declined(connect):
    async with connect("alice", lambda _message: ("decline", None)) as alice:
        before = (await bodies(alice))["burnt"]
        same("the code", (await alice.call("burn_letters")).code, "declined")
        same("burnt", (await bodies(alice))["burnt"], before)


async def without_handler(connect):
    async with connect("alice") as alice:
        before = (await bodies(alice))["burnt"]
        refused = await alice.call("burn_letters")
        same("the code", refused.code, "confirmation_required")
        contains(refused.text, "elicitation")
        same("burnt", (await bodies(alice))["burnt"], before)


async def cancelled(connect):
    async with connect("alice") as alice:
        how = await alice.cancelled("wait", lambda: until(alice, "began"))
        await until(alice, "cancelled")
        same("finished", (await bodies(alice))["finished"], 0)
        same("the session after it", (await alice.call("greet", {"name": "Ada"})).code, "ok")
        return how


CASES = {
    "connect": connect_with_a_key,
    "wrong key": wrong_key,
    "list": list_tools,
    "allowed": allowed,
    "scope": scope,
    "not found": not_found,
    "rate": rate_limited,
    "confirmed": confirmed,
    "declined": declined,
    "no handler": without_handler,
    "cancelled": cancelled,
}


def reason(error):
    """The errors in a group, on one line."""
    inside = getattr(error, "exceptions", None)  # exception groups are built in from Python 3.11 on
    if inside:
        return "; ".join(map(reason, inside))
    return f"{type(error).__name__}: {error}".replace("\n", " ").replace("\t", " ")


def run(connect):
    """Runs all cases, each with connections of its own; exits with an error if one fails."""

    async def one(case):
        with anyio.fail_after(LIMIT):
            return await case(connect) or ""

    failed = False
    for name, case in CASES.items():
        try:
            outcome, detail = "ok", anyio.run(one, case)
        except NotApplicable as error:
            outcome, detail = "n/a", str(error)
        except Exception as error:
            outcome, detail, failed = "FAILED", reason(error), True
        print(name, outcome, detail, sep="\t", flush=True)
    sys.exit(failed)
