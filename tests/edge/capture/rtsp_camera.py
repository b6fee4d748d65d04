"""A network camera's RTSP server, as little as a player needs: one film, on the one connection.

Real FFmpeg encodes a test picture and packs it; this hands the packets over as RFC 2326 (section
10.12, interleaved) and RFC 2250 say.
"""

import contextlib
import socketserver
import struct
import subprocess
import threading
from collections.abc import Iterator

PACKET_BYTES = 7 * 188
"""Of an MPEG transport stream."""
FILM = (
    *("ffmpeg", "-nostdin", "-loglevel", "quiet", "-re", "-f", "lavfi"),
    *("-i", "color=c=red:size=320x240:rate=25", "-c:v", "mpeg2video", "-g", "5"),
    *("-f", "mpegts", "pipe:1"),
)
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:one\r\n"


class _Player(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while request := self._request():
            method, number = request
            extra, body = "", ""
            if method == "DESCRIBE":
                extra, body = "Content-Type: application/sdp\r\n", SDP
            if method == "SETUP":
                extra = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 7\r\n"
            head = (
                f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
            )
            self.wfile.write((head + body).encode())
            if method == "PLAY":
                self._play()
                return

    def _request(self) -> tuple[str, str] | None:
        lines = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        if not lines:
            return None
        number = next(line.split(":")[1].strip() for line in lines if line.startswith("CSeq"))
        return lines[0].split()[0], number

    def _play(self) -> None:
        film = subprocess.Popen(FILM, stdout=subprocess.PIPE)
        assert film.stdout
        number = 0
        with contextlib.suppress(ConnectionError), film:
            while piece := film.stdout.read(PACKET_BYTES):
                rtp = struct.pack(">BBHII", 0x80, 33, number & 0xFFFF, number * 900, 5) + piece
                self.wfile.write(struct.pack(">cBH", b"$", 0, len(rtp)) + rtp)
                number += 1
                if number == self.server.stalls_after:  # type: ignore[attr-defined]
                    self.server.is_over.wait()  # type: ignore[attr-defined]
            film.kill()
        film.kill()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextlib.contextmanager
def filming(stalls_after: int = 0) -> Iterator[str]:
    """Yield the address of a red film; it may stall after so many packets."""
    with _Server(("127.0.0.1", 0), _Player) as server:
        server.stalls_after, server.is_over = stalls_after, threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"rtsp://wearer:secret@127.0.0.1:{server.server_address[1]}/live?token=secret"
        server.is_over.set()
        server.shutdown()
