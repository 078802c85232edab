"""A mirror on this machine, for tests of downloads."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mirror:
    """Serves `files`, and spoils its answers as it is told; a `gate` holds the last byte back.

    log: (path, Range header) of each request.
    """

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.log: list[tuple[str, str | None]] = []
        self.headers: dict[str, str] = {}
        self.ranges = True
        self.drop_after: int | None = None
        self.gate: threading.Event | None = None
        self.password: str | None = None
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, request):
        wanted = request.headers.get("Range")
        self.log.append((request.path, wanted))
        if self.password and self.password != request.headers.get("Authorization"):
            return request.send_error(401)
        content = self.files.get(request.path.lstrip("/"))
        if content is None:
            return request.send_error(404)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        if start and start >= len(content):
            return request.send_error(416)
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(content) - start))
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        for key, value in self.headers.items():
            request.send_header(key, value)
        request.end_headers()
        body = content[start:]
        if self.drop_after is not None and self.drop_after < len(body):
            body = body[: self.drop_after]
        request.wfile.write(body[:-1])
        request.wfile.flush()
        if self.gate:
            self.gate.wait(20)
        with contextlib.suppress(ConnectionError):
            request.wfile.write(body[-1:])
            request.wfile.flush()
        request.close_connection = True
        return None
