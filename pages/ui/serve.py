"""What the browser fetches beside Streamlit's own files: the map's scripts, Leaflet, and layers by content."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from secrets import token_hex
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


class Late:
    """Bytes that are made and compressed once, by whoever asks first, and named beforehand."""

    def __init__(self, name: str, make: Callable[[], bytes]) -> None:
        self.name = name
        self._make: Callable[[], bytes] | None = make
        self._body = b""
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes held by now."""
        return len(self._body)

    def body(self) -> bytes:
        """The bytes, compressed."""
        with self._lock:
            if self._make:
                self._body = gzip.compress(self._make(), compresslevel=5, mtime=0)
                self._make = None  # what it was made from is not held any longer
            return self._body


class Layer(Late):
    """One JSON layer, compressed at once and named by its content."""

    def __init__(self, json_bytes: bytes) -> None:
        super().__init__(name_of(json_bytes), lambda: json_bytes)
        self.body()


def name_of(content: bytes) -> str:
    """The name that stands for some bytes."""
    return hashlib.sha256(content).hexdigest()[:32]


class LayerShelf:
    """Layers by name, compressed, the least recently used thrown out beyond `limit_bytes` or `most`. Thread-safe."""

    def __init__(self, limit_bytes: int = 256_000_000, most: int = 256) -> None:
        self._layers: OrderedDict[str, Late] = OrderedDict()
        self._limit, self._most = limit_bytes, most
        self.run = token_hex(8)
        self._lock = Lock()

    def named(self, *question: object) -> str:
        """A name for what is made later. It holds for this run of the program: another may answer otherwise."""
        return name_of(repr((self.run, question)).encode())

    def put(self, layer: Late) -> str:
        """Make a layer fetchable; its address as seen from the map's frame. One of its name that is here stays."""
        with self._lock:
            self._layers.setdefault(layer.name, layer)
            self._layers.move_to_end(layer.name)
            while len(self._layers) > 1 and self._full():
                self._layers.popitem(last=False)
        return f"{FROM_FRAME}/layer/{layer.name}.json"

    def _full(self) -> bool:
        return len(self._layers) > self._most or sum(layer.size for layer in self._layers.values()) > self._limit

    def get(self, name: str) -> bytes | None:
        """The compressed body, made now if need be; None when it is not (or no longer) here."""
        with self._lock:
            layer = self._layers.get(name)
        return layer.body() if layer else None


class PageShelf:
    """Whole pages by content id, each made when it is first fetched; the oldest are thrown out. Thread-safe."""

    def __init__(self, most: int = 24) -> None:
        self._pages: OrderedDict[str, Late] = OrderedDict()
        self._most = most
        self._lock = Lock()

    def put(self, name: str, make: Callable[[], bytes]) -> str:
        """Make a page fetchable; its address as seen from a page of the app."""
        with self._lock:
            self._pages.setdefault(name, Late(name, make))
            self._pages.move_to_end(name)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)
        return f"yida/briefing/{name}.html"

    def get(self, name: str) -> bytes | None:
        """The compressed page, made now if need be; None when it is not (or no longer) here."""
        with self._lock:
            page = self._pages.get(name)
        return page.body() if page else None


SHELF = LayerShelf()
PAGES = PageShelf()
# The page's own policy (geo.output.page_file) allows no connection; what only a header can say stands here.
_PAGE_HEADERS = {
    "Content-Encoding": "gzip", "Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
}  # fmt: skip
_GONE = "这份汇报已不在服务器内存中，请从“汇报”页面重新打开。\nOpen this briefing again from the page of briefings."


async def _layer(request: Request) -> Response:
    body = await run_in_threadpool(SHELF.get, request.path_params["name"])
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
