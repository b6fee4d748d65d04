"""A camera on the network: it shows one JPEG for ever, ten times a second."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BETWEEN_S = 0.1


@contextmanager
def streamed(picture: bytes) -> Iterator[str]:
    """Serve a JPEG as a stream on the loopback and give its address."""

    class Stream(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            pause = threading.Event()
            with contextlib.suppress(ConnectionError):
                while not pause.wait(BETWEEN_S):
                    self.wfile.write(head.encode() + picture + b"\r\n")

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Stream) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/stream.mjpeg"
        server.shutdown()
        thread.join()
