"""A loop's clock that is put forward: so a time-out is over on a machine of any speed."""

import asyncio


def put_forward(seconds: float) -> None:
    """Let the running loop find that so many seconds more have passed; it knows at its next turn.

    What was to be over by then is over; what begins now still has all of its time.
    """
    loop = asyncio.get_running_loop()
    time_s = loop.time
    loop.time = lambda: time_s() + seconds  # type: ignore[method-assign]
