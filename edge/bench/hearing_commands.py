"""`offrecord bench noise | speaker | speech | …`: what the benches of hearing and speaking take."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from edge import config
from edge.bench import peer, report
from edge.bench.boards import BOARDS

Add = Callable[[str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]


def add_hearing(add: Add) -> None:
    """Add each with `add`."""
    hearing_nobody = add("noise", _noise)
    hearing_nobody.add_argument(
        "--minutes", type=int, default=60, metavar="N", help="of hum, music, noise, silence (60)"
    )
    hearing_nobody.add_argument(
        "--seed", type=int, default=4, metavar="N", help="another one makes other rooms (4)"
    )
    hearing_nobody.add_argument(
        "--noise", type=Path, metavar="FOLDER", help="*.flac without speech, after those"
    )
    speaking_others = add("languages", _languages)
    speaking_others.add_argument(
        "--clips", type=Path, metavar="FOLDER", help="instead of those of pytest-audioeval"
    )
    speaking_others.add_argument("--model", metavar="NAME", help="instead of whisper-base")
    turning = _take_clips(add("turn", _turn), "file and text")
    _take_noise_and_board(turning)
    turning.add_argument(
        "--snr-db", type=float, default=0.0, metavar="DB", help="how much louder speech is (0)"
    )
    naming = _take_clips(add("vocabulary", _vocabulary), "file and text")
    naming.add_argument(
        "--names", nargs="+", metavar="NAME", help="instead of those of the LibriSpeech clips"
    )
    saying = add("voice", _voice)
    saying.add_argument("--replies", type=int, default=20, metavar="N", help="left alone (20)")
    saying.add_argument(
        "--interruptions", type=int, default=10, metavar="N", help="and interrupted (10)"
    )
    saying.add_argument(
        "--echo-db",
        type=float,
        default=0.0,
        metavar="DB",
        help="how much louder the voice is at the microphone than who speaks in the room (0)",
    )
    _add_speech(add)
    wearing = _take_clips(add("wearable", _wearable), "file and text")
    wearing.add_argument(
        "--protocol", choices=("omi", "omi-app", "websocket", "serial", "xiaozhi"), default="omi"
    )
    wearing.add_argument("--codec", default="pcm16", metavar="NAME", help="of its sound (pcm16)")
    wearing.add_argument("--minutes", type=float, default=10.0, metavar="N", help="of speech (10)")
    wearing.add_argument(
        "--loss",
        type=_shares,
        default=(0.0, 1.0, 5.0),
        metavar="PERCENT,…",
        help="of what it sends, each in turn (0,1,5)",
    )


def _add_speech(add: Add) -> None:
    _take_clips(add("speaker", _speaker), "file, text and speaker")
    speaking = _take_clips(add("speech", _speech), "file and text")
    speaking.add_argument("--model", metavar="NAME", help="instead of the default recogniser")
    _take_noise_and_board(speaking)
    speaking.add_argument(
        "--snr-db",
        type=float,
        nargs="+",
        default=[20, 10, 5, 0],
        metavar="DB",
        help="with --noise: how much louder speech is, each in turn (20 10 5 0)",
    )
    speaking.add_argument("--room", action="store_true", help="in a room that echoes")
    speaking.add_argument(
        "--peers",
        nargs="*",
        choices=tuple(peer.PEERS),
        help="other recognisers too, all or those named, clip by clip in turn",
    )
    speaking.add_argument(
        "--peers-model",
        default="",
        metavar="NAME",
        help="the weights of the others; the same as ours unless named",
    )
    speaking.add_argument(
        "--peers-python",
        type=Path,
        default=Path(sys.executable),
        metavar="FILE",
        help="the Python that has `offrecord[peers]`; this one unless another is named",
    )
    speaking.add_argument(
        "--language", default="", metavar="CODE|auto", help="of a multilingual model (en)"
    )


def _shares(text: str) -> tuple[float, ...]:
    """Return the percentages that a user wrote; raise ValueError."""
    shares = tuple(float(each) for each in text.split(","))
    if not all(0 <= share < 100 for share in shares):  # noqa: PLR2004 (per cent)
        raise ValueError
    return shares


def _take_noise_and_board(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--noise", type=Path, metavar="FOLDER", help="sounds without speech to lay under the clips"
    )
    parser.add_argument("--board", choices=sorted(BOARDS), default="desktop")


def _take_clips(parser: argparse.ArgumentParser, keys: str) -> argparse.ArgumentParser:
    parser.add_argument(
        "--manifest",
        type=Path,
        required=True,
        metavar="FILE",
        help=f"JSON lines with {keys}; the sounds lie beside it",
    )
    return parser


# Each is imported only when it is run: some bring what nobody else needs.


def _noise(arguments: argparse.Namespace) -> int:
    """How often does nobody's voice count as somebody's, in hours of hum, music and noise?"""
    from edge.bench import noise  # noqa: PLC0415 (see above)

    found = noise.measure(arguments.minutes, arguments.seed, arguments.noise)
    report(found, as_json=arguments.json)
    return 0


def _speaker(arguments: argparse.Namespace) -> int:
    """How well are voices told apart?"""
    from edge.bench import speaker  # noqa: PLC0415 (see above)

    report(speaker.measure(arguments.manifest), as_json=arguments.json)
    return 0


def _speech(arguments: argparse.Namespace) -> int:
    """Word error rate inside the sealed chamber, beside the full-window reference and peers."""
    from edge.bench import peers, speech  # noqa: PLC0415 (see above)
    from edge.bench.conditions import Noise  # noqa: PLC0415 (see above)

    named = {
        key: value
        for key, value in (("model", arguments.model), ("language", arguments.language))
        if value
    }
    noise = Noise(arguments.noise, tuple(arguments.snr_db)) if arguments.noise else None
    others = peers.Others(
        arguments.peers_python, arguments.peers_model, arguments.peers or tuple(peer.PEERS)
    )
    asked = speech.Asked(
        arguments.manifest,
        config.Config(recogniser=config.Recogniser(**named)),
        noise,
        room=arguments.room,
        board=arguments.board,
        others=None if arguments.peers is None else others,
    )
    report(speech.measure(asked), as_json=arguments.json)
    return 0


def _languages(arguments: argparse.Namespace) -> int:
    """Word error rates of nine languages, each pinned, listened for, and in full windows."""
    from edge.bench import languages  # noqa: PLC0415 (see above)

    found = languages.measure(arguments.clips, arguments.model or languages.MODEL)
    report(found, as_json=arguments.json)
    return 0


def _turn(arguments: argparse.Namespace) -> int:
    """Show how soon the end of speech is noticed, and how often a speaker is cut off."""
    from edge.bench import turn  # noqa: PLC0415 (see above)

    noise = turn.Noise(arguments.noise, arguments.snr_db) if arguments.noise else None
    report(turn.measure(arguments.manifest, noise, board=arguments.board), as_json=arguments.json)
    return 0


def _vocabulary(arguments: argparse.Namespace) -> int:
    """Show whether expected names are heard, and what they cost where nobody says them."""
    from edge.bench import vocabulary  # noqa: PLC0415 (see above)

    found = vocabulary.measure(arguments.manifest, arguments.names or vocabulary.NAMES)
    report(found, as_json=arguments.json)
    return 0


def _voice(arguments: argparse.Namespace) -> int:
    """Show whether the companion hears itself, and how soon it is silent when somebody speaks."""
    from edge.bench import voice  # noqa: PLC0415 (see above)

    found = voice.measure(arguments.replies, arguments.interruptions, arguments.echo_db)
    report(found, as_json=arguments.json)
    return 0


def _wearable(arguments: argparse.Namespace) -> int:
    """How well is speech understood through a wearable's link that loses some of it?"""
    from edge.bench import wearable  # noqa: PLC0415 (see above)

    asked = wearable.Asked(
        arguments.manifest, arguments.protocol, arguments.codec, arguments.minutes, arguments.loss
    )
    report(wearable.measure(asked), as_json=arguments.json)
    return 0
