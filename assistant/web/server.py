"""Page, HTTP API and MCP endpoint as one application, and the server that runs it."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.api import api_routes
from assistant.web.handlers import Advising
from assistant.web.mcp_tools import mcp_app

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 7860
_SECONDS_TO_FINISH: Final = 3
# The page can't load from, nor send to, anywhere but here, whatever an answer holds. Gradio compiles templates.
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; form-action 'self'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class ServerError(RuntimeError):
    """The server can't start; the message is one clear sentence."""


class PortInUseError(ServerError):
    """Another program has the port."""


def build_app(advisor: Advising, host: str = DEFAULT_HOST) -> FastAPI:
    """The application over one advisor. ``host``: the address that it will be served on."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from assistant.web.page import mount_page

    tools = mcp_app(advisor, host)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with tools.router.lifespan_context(tools):
            yield

    app = FastAPI(title="Instrumentwijzer", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_middleware(_Headers)
    app.include_router(api_routes(advisor))
    app.router.routes.extend(tools.routes)
    return mount_page(app, advisor)


def serve(
    advisor: Advising,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted. Port 0 takes a free one. ``announce`` is told the address once it answers.

    Raises:
        ServerError: the address can't be served on; :class:`PortInUseError` where another program does.
    """
    listening = _listen(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        build_app(advisor, host),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    with listening:
        _Announcing(config, address, announce or _print).run(sockets=[listening])


def _print(address: str) -> None:
    print(f"Instrumentwijzer: {address}", file=sys.stderr, flush=True)


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, before anything slow has started."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ServerError(f"'{host}' is no address to serve on: {error.strerror}.") from None
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"Port {port} on {host} is in use by another program. Stop that, or choose another port with --port."
            ) from None
        raise ServerError(f"Can't serve on {host}, port {port}: {error.strerror}.") from None
    return listening


class _Announcing(uvicorn.Server):
    """Tells its address when it is up."""

    def __init__(self, config: uvicorn.Config, address: str, announce: Callable[[str], None]) -> None:
        super().__init__(config)
        self._address, self._announce = address, announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce(self._address)


class _Headers:
    """Adds the security headers to every response; as plain ASGI, for streams must stay streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
