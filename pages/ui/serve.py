"""What the browser fetches beside Streamlit's own files: the map's scripts, Leaflet, and layers by content."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

import xstatic.pkg.leaflet
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from geo.output.maps import WEB_FOLDER

# As seen from the map's frame, which streamlit-folium serves two folders down.
FROM_FRAME = "../../yida"
ASSET_ROOT = f"{FROM_FRAME}/assets"


class LayerShelf:
    """Layers by content id, compressed, the least recently used thrown out beyond `limit_bytes`. Thread-safe."""

    def __init__(self, limit_bytes: int = 256_000_000) -> None:
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._limit = limit_bytes
        self._lock = Lock()

    def put(self, layer: "Layer") -> str:
        """Make a layer fetchable; its address as seen from the map's frame."""
        with self._lock:
            self._bodies[layer.name] = layer.body
            self._bodies.move_to_end(layer.name)
            while len(self._bodies) > 1 and sum(map(len, self._bodies.values())) > self._limit:
                self._bodies.popitem(last=False)
        return f"{FROM_FRAME}/layer/{layer.name}.json"

    def get(self, name: str) -> bytes | None:
        """The compressed body, None when it is not (or no longer) here."""
        with self._lock:
            return self._bodies.get(name)


class Layer:
    """One JSON layer, compressed once and named by its content."""

    def __init__(self, json_bytes: bytes) -> None:
        self.body = gzip.compress(json_bytes, compresslevel=5, mtime=0)
        self.name = hashlib.sha256(json_bytes).hexdigest()[:32]


class PageShelf:
    """Whole pages by content id, each made when it is first fetched; the oldest are thrown out. Thread-safe."""

    def __init__(self, most: int = 24) -> None:
        self._pages: OrderedDict[str, LatePage] = OrderedDict()
        self._most = most
        self._lock = Lock()

    def put(self, name: str, make: Callable[[], bytes]) -> str:
        """Make a page fetchable; its address as seen from a page of the app."""
        with self._lock:
            self._pages.setdefault(name, LatePage(make))
            self._pages.move_to_end(name)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)
        return f"yida/briefing/{name}.html"

    def get(self, name: str) -> bytes | None:
        """The compressed page, made now if need be; None when it is not (or no longer) here."""
        with self._lock:
            page = self._pages.get(name)
        return page.body() if page else None


class LatePage:
    """A page that is made once, by whoever asks first."""

    def __init__(self, make: Callable[[], bytes]) -> None:
        self._make: Callable[[], bytes] | None = make
        self._body = b""
        self._lock = Lock()

    def body(self) -> bytes:
        """The page, compressed."""
        with self._lock:
            if self._make:
                self._body = gzip.compress(self._make(), compresslevel=5, mtime=0)
                self._make = None  # what it was made from is not held any longer
            return self._body


SHELF = LayerShelf()
PAGES = PageShelf()
# The page's own policy (geo.output.page_file) allows no connection; what only a header can say stands here.
_PAGE_HEADERS = {
    "Content-Encoding": "gzip", "Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
}  # fmt: skip
_GONE = "这份汇报已不在服务器内存中，请从“汇报”页面重新打开。\nOpen this briefing again from the page of briefings."


async def _layer(request: Request) -> Response:
    body = SHELF.get(request.path_params["name"])
    if body is None:
        return PlainTextResponse("gone", status_code=404)
    headers = {"Content-Encoding": "gzip", "Cache-Control": "private, max-age=86400, immutable"}
    return Response(body, media_type="application/json", headers=headers)


async def _briefing(request: Request) -> Response:
    body = await run_in_threadpool(PAGES.get, request.path_params["name"])
    if body is None:
        return PlainTextResponse(_GONE, status_code=404)
    return Response(body, media_type="text/html; charset=utf-8", headers=_PAGE_HEADERS)


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


def routes() -> list[BaseRoute]:
    """The app's own routes; Streamlit's follow them."""
    return [
        Route("/yida/layer/{name}.json", _layer),
        Route("/yida/briefing/{name}.html", _briefing),
        Route("/yida/health", _health),
        Mount("/yida/assets/leaflet", StaticFiles(directory=xstatic.pkg.leaflet.BASE_DIR)),
        Mount("/yida/assets/web", StaticFiles(directory=WEB_FOLDER)),
    ]
