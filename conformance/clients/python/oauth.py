"""The Python client of MCP logs in at a guarded server, with no more than its address, and then asks for more.

401 -> discovery, registration, login -> token -> a call works -> 403 -> a better token -> the refused call works.
Exits with an error where any of it is otherwise.
"""

import json
import sys
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

CALLBACK = "http://127.0.0.1:9/callback"  # nobody listens there


class Memory:
    """Keeps what the client gets, for as long as it runs."""

    def __init__(self):
        self.tokens = None
        self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Browser:
    """Goes where it is sent to, and comes back with the code. Alice, who sits before it, consents to everything."""

    def __init__(self):
        self.asked = []
        self.back = None

    async def open(self, url):
        query = parse_qs(urlsplit(url).query)
        self.asked.append((query["scope"][0], query["resource"][0]))
        async with httpx2.AsyncClient(follow_redirects=False) as http:
            self.back = (await http.get(url)).headers["location"]

    async def callback(self):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.back).query).items()}
        return AuthorizationCodeResult(code=query["code"], state=query["state"], iss=query["iss"])


async def log_in_and_step_up(url, mode):
    statuses = []

    async def note(response):
        if str(response.request.url) == url:
            statuses.append(response.status_code)

    memory, browser = Memory(), Browser()
    metadata = OAuthClientMetadata(client_name="python", redirect_uris=[CALLBACK], token_endpoint_auth_method="none")
    auth = OAuthClientProvider(url, metadata, memory, browser.open, browser.callback)
    async with httpx2.AsyncClient(auth=auth, event_hooks={"response": [note]}, timeout=20) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            note_1 = await client.call_tool("get_note", {"note": 1})
            assert not note_1.is_error and note_1.structured_content["author"] == "alice", note_1
            foreign = await client.call_tool("get_note", {"note": 3})
            assert foreign.is_error, foreign
            first = memory.tokens.access_token
            assert statuses[0] == 401 and 403 not in statuses, statuses
            assert browser.asked == [("notes:read", url)], browser.asked

            added = await client.call_tool("add_note", {"text": "milk"})
            assert not added.is_error, added
            assert statuses.count(403) == 1 and statuses.count(401) == 1, statuses
            assert browser.asked[1:] == [("notes:read notes:write", url)], browser.asked
            assert memory.tokens.access_token != first

    # Without the client around it: what the new token may, the old one may not.
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add_note", "arguments": {"text": "x"}}}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}
    async with httpx2.AsyncClient(headers=headers) as http:
        for token, status in [(memory.tokens.access_token, 200), (first, 403), ("worthless", 401), (None, 401)]:
            credential = {"authorization": f"Bearer {token}"} if token else {}
            response = await http.post(url, json=call, headers=credential)
            assert response.status_code == status, (status, response.status_code, response.text)
    print(f"{mode}: {json.dumps(statuses)}")


async def main(url):
    with anyio.fail_after(60):
        for mode in ["2026-07-28", "legacy"]:
            await log_in_and_step_up(url, mode)
    print("2 passed, 0 failed")


anyio.run(main, sys.argv[1])
