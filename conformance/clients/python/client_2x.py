"""The client of `mcp` 2.x: `client_2x.py PROTOCOL stdio SERVER` or `client_2x.py PROTOCOL http URL KEYS`; PROTOCOL is "legacy"
(2025-11-25) or a revision."""

import json
import sys
from contextlib import asynccontextmanager

import anyio
import cases
import httpx2
import mcp_types
from mcp import StdioServerParameters
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult


class Session(cases.Session):
    def __init__(self, client):
        super().__init__(client, mcp_types, MCPError)

    async def cancelled(self, name, ready):
        async with anyio.create_task_group() as group:
            group.start_soon(self.client.call_tool, name)
            await ready()
            group.cancel_scope.cancel()


@asynccontextmanager
async def server(kind, address, caller, keys):
    if kind == "stdio":
        if caller not in ("alice", "carol"):
            raise cases.NotApplicable("there are no keys on a pipe")
        yield StdioServerParameters(command=address, args=["stdio", caller])
    else:
        headers = {"authorization": f"Bearer {keys[caller]}"}
        async with httpx2.AsyncClient(headers=headers, timeout=cases.LIMIT) as http:
            yield streamable_http_client(address, http_client=http)


def client(protocol, kind, address, keys):
    @asynccontextmanager
    async def connect(caller, answer=None):
        async def elicit(_context, params):
            action, content = answer(params.message)
            return ElicitResult(action=action, content=content)

        options = {"mode": protocol, "elicitation_callback": elicit if answer else None}
        async with server(kind, address, caller, keys) as to:
            async with Client(to, **options) as client:
                expected = "2025-11-25" if protocol == "legacy" else protocol
                cases.same("the protocol", client.protocol_version, expected)
                yield Session(client)

    return connect


_, protocol, kind, address, *keys = sys.argv
cases.run(client(protocol, kind, address, json.loads(keys[0]) if keys else {}))
