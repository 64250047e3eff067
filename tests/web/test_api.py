"""The HTTP API, the MCP endpoint and the page's own responses."""

from __future__ import annotations

import json
import re
import socket

import pytest

from assistant.models import Reply
from assistant.web.server import PortInUseError, ServerError, serve
from tests.web.conftest import CRASH, SECRET


def test_a_conversation_gets_the_contracts_reply(client):
    response = client.post("/api/reply", json={"id": "a1", "messages": [{"role": "user", "content": "12 mensen"}]})
    assert response.status_code == 200
    reply = Reply.model_validate(response.json())
    assert (reply.id, reply.profile, reply.error) == ("a1", {"employees": 12}, None)


def test_turns_are_played(client):
    reply = client.post("/api/reply", json={"turns": ["12 mensen", "Zeeland"]}).json()
    assert reply["profile"] == {"employees": 12, "province": "zeeland"}
    assert reply["id"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"id": 3, "turns": []}', 422),
        (b"x" * 1_100_000, 413),
    ],
    ids=["nothing", "half", "no text", "list", "no messages", "no turns", "too large"],
)
def test_bad_input_gets_a_reply_that_says_so(client, body, status):
    response = client.post("/api/reply", content=body)
    assert response.status_code == status
    reply = Reply.model_validate(response.json())
    assert reply.error.endswith(".")
    assert "Traceback" not in reply.error
    assert reply.id == (3 if b'"id"' in body else None)


def test_a_crash_is_an_error_and_the_next_request_is_answered(client, caplog):
    response = client.post("/api/reply", json={"id": 5, "turns": [f"{SECRET} {CRASH}"]})
    assert response.status_code == 500
    assert (response.json()["id"], "Traceback" in response.text, SECRET in response.text) == (5, False, False)
    assert SECRET not in caplog.text
    assert client.post("/api/reply", json={"turns": ["12"]}).status_code == 200


def test_the_catalogue(client):
    assert {entry["id"] for entry in client.get("/api/instruments").json()} == {
        "proefbon",
        "groeilening",
        "oude-regeling",
    }
    found = client.get("/api/instruments/proefbon").json()
    assert found["facts"][0]["source"] == "blad"
    assert found["combinations"][0]["with"] == "groeilening"


def test_an_unknown_instrument_is_told_with_the_nearest(client):
    response = client.get("/api/instruments/proefbom")
    assert response.status_code == 404
    assert "proefbon" in response.json()["error"]


@pytest.mark.parametrize(("method", "path"), [("get", "/api/nothing"), ("get", "/api/reply"), ("delete", "/api/instruments")])
def test_another_address_or_method_below_api_is_not_the_page(client, method, path):
    response = getattr(client, method)(path)
    assert response.status_code == 404
    assert "POST /api/reply" in response.json()["error"]


def test_health(client):
    assert client.get("/health").json() == {"status": "ok", "instruments": 3}


def test_the_api_describes_itself_without_a_page_from_elsewhere(client):
    described = client.get("/openapi.json").json()
    assert {"/api/reply", "/api/instruments", "/health"} <= described["paths"].keys()
    assert client.get("/docs").status_code == 404


def test_the_page_loads_nothing_from_elsewhere(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?(?:https?:)?//""", response.text)
    assert "Instrumentwijzer" in response.text


def call(client, method: str, params: dict | None = None) -> dict:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, **({"params": params} if params else {})}
    return client.post("/mcp", json=body, headers={"accept": "application/json, text/event-stream"}).json()["result"]


def test_mcp_offers_two_tools_that_explain_themselves(client):
    tools = {tool["name"]: tool for tool in call(client, "tools/list")["tools"]}
    assert tools.keys() == {"reply", "instrument"}
    assert all(len(tool["description"]) > 100 for tool in tools.values())


def test_mcp_replies(client):
    result = call(client, "tools/call", {"name": "reply", "arguments": {"question": ["12 mensen", "Zeeland"]}})
    assert json.loads(result["content"][0]["text"])["profile"] == {"employees": 12, "province": "zeeland"}


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("instrument", {"id": "proefbom"}, "proefbon"),
        ("reply", {"question": []}, "no message"),
        ("reply", {"question": f"{SECRET} {CRASH}"}, "failed"),
    ],
)
def test_mcp_tells_what_is_wrong_and_logs_no_text(client, caplog, capfd, tool, arguments, told):
    result = call(client, "tools/call", {"name": tool, "arguments": arguments})
    assert result["isError"]
    assert told in result["content"][0]["text"]
    assert SECRET not in caplog.text + capfd.readouterr().err


def test_mcp_refuses_another_host_name(client):
    assert client.post("/mcp", json={}, headers={"host": "elsewhere.example"}).status_code == 421


def test_a_port_in_use_is_one_clear_sentence(scripted):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"Port {port} on 127\.0\.0\.1 is in use.*--port"):
            serve(scripted, "127.0.0.1", port)


def test_an_address_that_is_none_is_one_clear_sentence(scripted):
    with pytest.raises(ServerError, match=r"no\.such\.host\.invalid"):
        serve(scripted, "no.such.host.invalid", 7860)
