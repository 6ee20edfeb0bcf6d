"""The client of `mcp` 1.x: `client_1x.py legacy stdio SERVER` or `client_1x.py legacy http URL KEYS`."""

import json
import sys
from contextlib import asynccontextmanager

import anyio
import cases
import httpx
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import McpError


class Session(cases.Session):
    def __init__(self, session):
        super().__init__(session, types, McpError)

    async def cancelled(self, name, ready):
        # This client has no method for it, but it can send the notification; the id is the number of its requests so far.
        request = None

        async def begin():
            nonlocal request
            request = self.client._request_id
            await self.client.call_tool(name)

        async with anyio.create_task_group() as group:
            group.start_soon(begin)
            await ready()
            params = types.CancelledNotificationParams(requestId=request, reason="enough")
            await self.client.send_notification(
                types.ClientNotification(types.CancelledNotification(params=params))
            )
            await cases.until(self, "cancelled")
            group.cancel_scope.cancel()
        return "by the notification alone: this client has no method that cancels a call"


@asynccontextmanager
async def transport(kind, address, caller, keys):
    if kind == "stdio":
        if caller not in ("alice", "carol"):
            raise cases.NotApplicable("there are no keys on a pipe")
        parameters = StdioServerParameters(command=address, args=["stdio", caller])
        async with stdio_client(parameters, errlog=sys.stderr) as streams:
            yield streams
    else:
        headers = {"authorization": f"Bearer {keys[caller]}"}
        async with httpx.AsyncClient(headers=headers, timeout=cases.LIMIT) as http:
            async with streamable_http_client(address, http_client=http) as (read, write, _):
                yield read, write


def client(kind, address, keys):
    @asynccontextmanager
    async def connect(caller, answer=None):
        async def elicit(_context, params):
            action, content = answer(params.message)
            return types.ElicitResult(action=action, content=content)

        async with transport(kind, address, caller, keys) as (read, write):
            async with ClientSession(read, write, elicitation_callback=elicit if answer else None) as session:
                result = await session.initialize()
                cases.same("the protocol", result.protocolVersion, "2025-11-25")
                yield Session(session)

    return connect


_, _protocol, kind, address, *keys = sys.argv
cases.run(client(kind, address, json.loads(keys[0]) if keys else {}))
