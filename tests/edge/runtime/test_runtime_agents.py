"""Where an Offrecord runs, its sealed runtime enters what an agent reads, before it is told."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from runtime_process import RuntimeProcess

from edge import control, ledger
from edge.agents import reads
from edge.messages import AgentReads, MuteState, Standing

STANDING = Standing("r1", 1, (), MuteState(muted=False), 0, 0, 0, is_counter_known=True)


@contextlib.contextmanager
def launcher(data: Path, runtime: RuntimeProcess) -> Iterator[None]:
    """Answer one command on the control socket, and tell the runtime what is its."""
    listener = control.listen(data)

    def serve() -> None:
        select.select([listener], [], [], 30)
        connection, _ = listener.accept()
        select.select([connection], [], [], 30)
        asked = control.read(connection)
        assert isinstance(asked, AgentReads)
        runtime.tell(asked)
        control.answer(connection, STANDING)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()


def test_the_runtime_enters_what_an_agent_reads(tmp_path: Path) -> None:
    with (
        RuntimeProcess(tmp_path) as runtime,
        control.held(tmp_path),
        launcher(tmp_path, runtime),
    ):
        reads.enter(tmp_path, "clerk", "Agent notes", 123)
        path = tmp_path / ledger.FILE_NAME
        (row,) = [row for row, _ in ledger.rows(path) if row.to == "agent clerk"]
    assert (row.run, row.what, row.bytes) == ("r1", "Agent notes", 123)
    assert ledger.verify(path) is None
