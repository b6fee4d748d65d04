"""One frozen `Config`: all that can be set. Units are in the names; unknown keys are refused.

Code receives the section it needs (`config.gate`), never the whole. `edge/config_file.py` reads it
from one TOML file, and prints it.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every section is: frozen, keyword-only, and it refuses unknown keys."""


Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Positive = Annotated[int, msgspec.Meta(gt=0)]


class Microphone(Section, frozen=True):
    """The microphone."""

    device: str = ""
    """Part of its name; empty takes the system's default. `offrecord devices` lists them."""


class Camera(Section, frozen=True):
    """The camera."""

    device: str = "0"
    """Number of /dev/videoN, pi, jetson, or the address of an MJPEG or RTSP stream."""
    frames_per_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 2.0
    """How often a picture is taken."""


class Gate(Section, frozen=True):
    """When speech begins and ends."""

    energy_ratio: Annotated[float, msgspec.Meta(ge=1)] = 2.5
    """A chunk this many times louder (in power) than the noise floor is looked at by a model."""
    onset_probability: Share = 0.8
    """Silero's probability from which a chunk may begin speech. Beeps have 0.5, music more."""
    speech_probability: Share = 0.5
    """From this on it counts as speech once somebody speaks."""
    onset_ms: Positive = 160
    """This much of it within twice as long starts an utterance."""
    hangover_ms: Positive = 608
    """Silence after which an utterance has ended, unless its words say more ([turn])."""
    pre_roll_ms: Positive = 832
    """Sound before the onset that belongs to the utterance, so that no first word is cut: at 0 dB
    speech is noticed up to 0.8 s late. 75 clips have a WER of 11.8 % with it, 13.3 % with 600."""
    longest_utterance_s: Annotated[float, msgspec.Meta(gt=1, le=29)] = 28.0
    """Longer speech is cut here; the recogniser's window is 30 s."""


class Turn(Section, frozen=True):
    """How long a speaker is waited for when the words so far tell something."""

    finished_ms: Positive = 416
    """After what reads as a whole sentence."""
    finished_probability: Share = 0.7
    """From this probability that a sentence ends with the last word. Less ends turns sooner and
    cuts more speakers off: with 0.7 and 608 ms of the usual silence 20 of 75 clips, with 0.8 and
    672 ms 17. All but 4 go on so soon that they become one utterance either way, with the same WER
    (`offrecord bench turn`, `offrecord bench speech`)."""
    unfinished_ms: Positive = 992
    """After what does not. With 1200 no fewer of 75 clips are cut, and the slowest twentieth of the
    ends waits 80 ms longer."""
    unfinished_probability: Share = 0.3
    """Below this the speaker is waited for."""


Precision = Literal["int8", "fp32"]
AUTO: Final = "auto"
ENGLISH: Final = "en"
OPENAI_WHISPER: Final = "openai-whisper"
FOR_TORCH: Final = "-torch"
ENGLISH_MODEL: Final = "whisper-tiny.en"
MULTILINGUAL_MODEL: Final = "whisper-base"


Term = Annotated[str, msgspec.Meta(min_length=2, max_length=64)]
Line = Annotated[str, msgspec.Meta(min_length=2, max_length=120)]


class Recogniser(Section, frozen=True):
    """Speech to text. What is left open here `offrecord tune` finds out, once, on this device."""

    model: str = "auto"
    """Name of a Whisper that is on this device. auto takes, for English, what `offrecord tune`
    chose, untuned whisper-tiny.en; for other languages whisper-base."""
    engine: Literal["offrecord", "openai-whisper"] = "offrecord"
    """openai-whisper is the reference: ten times slower and 400 MB larger. It needs `pip install
    offrecord[whisper-torch]` and `offrecord models fetch whisper-tiny.en-torch`."""
    precision: Precision | Literal["auto"] = "auto"
    """int8 is fastest on processors with dot-product instructions, and what auto is untuned."""
    language: Annotated[str, msgspec.Meta(pattern="^(auto|[a-z]{2,3})$")] = "en"
    """Of a multilingual model: a code such as "de", or "auto", which listens for it."""
    threads: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Of the half that listens. 0 takes what was found on this device, untuned 1."""
    decoder_threads: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Of the half that finds the words, a small step at a time. 0 as above."""
    vocabulary: Annotated[tuple[Term, ...], msgspec.Meta(max_length=200)] = ()
    """Names and terms that are said around you, such as ["Aoife", "Newberg"]."""

    @property
    def weights(self) -> str:
        """The name of the model; what auto is, until a device has been measured."""
        untuned = ENGLISH_MODEL if self.language == ENGLISH else MULTILINGUAL_MODEL
        name = untuned if self.model == AUTO else self.model
        return f"{name}{FOR_TORCH}" if self.engine == OPENAI_WHISPER else name

    @property
    def numbers(self) -> Precision:
        """What its graphs compute with; what auto is, until a device has been measured."""
        return "fp32" if self.precision == "fp32" else "int8"


PrivacyMode = Literal["auto", "wearer", "ephemeral", "everyone"]


class Privacy(Section, frozen=True):
    """Whose words leave the chamber."""

    mode: PrivacyMode = "auto"
    """auto: with a live microphone, the wearer's alone once `offrecord enroll` has learnt the
    voice, and until then everyone's. wearer: nobody's until then. ephemeral: others' words too, but
    they are in mind for 120 s and never written down or sent on. everyone: all of it."""


Side = Annotated[float, msgspec.Meta(ge=0, le=1)]
Part = tuple[Side, Side, Side, Side]
"""Left, top, right, bottom, in shares of a picture's width and height."""


class Vision(Section, frozen=True):
    """Pictures to names and text."""

    object_score: Share = 0.28
    """Below this an object is not reported. At 0.3 one small thing in twenty more is missed."""
    text_score: Share = 0.85
    """Below this a line of text is not reported."""
    scene_change: Share = 0.04
    """Share of the picture's grey range that must change before it is looked at again."""
    eyes: Literal["open", "things", "closed"] = "open"
    """things: text is not read. closed: pictures are thrown away unseen."""
    mask: tuple[Part, ...] = ()
    """Parts of every picture that are blackened before anything looks: left, top, right and bottom
    in shares of its size. [[0.0, 0.75, 1.0, 1.0]] is the lowest quarter."""
    text_side_px: Positive = 576
    """A picture's longer side for the text reader; more finds smaller print and costs memory."""
    threads: Positive = 1
    """Of each vision model."""

    def __post_init__(self) -> None:
        """Refuse a part of the picture that is none."""
        for left, top, right, bottom in self.mask:
            if not (left < right and top < bottom):
                raise ValueError(
                    f"[{left}, {top}, {right}, {bottom}] is no part of a picture; "
                    "write left, top, right and bottom, each from 0 to 1"
                )


class Memory(Section, frozen=True):
    """What all that hears and sees shares; `offrecord specialists` shows who fits."""

    budget_mb: Annotated[int, msgspec.Meta(ge=0)] = 0
    """For all models of the chamber together, at every moment; who does not fit is loaded when it
    is needed, and leaves again. 0: everything stays, but a half where memory is below 1 GB."""


class Airlock(Section, frozen=True):
    """How much may leave the chamber."""

    rate_bytes_s: Positive = 64
    """Mean over time. English speech is about 14 bytes a second."""
    burst_bytes: Positive = 4096
    """What may leave at once."""
    day_bytes: Positive = 1_048_576
    """In one day."""


class ContextSize(Section, frozen=True):
    """What the reasoner is given."""

    tokens: Positive = 400
    """At most; a token is 4 UTF-8 bytes, rounded up."""


GGUF: Final = ".gguf"


Withheld = Literal["heard", "seen", "remembered", "others", "numbers", "addresses"]


class Reasoner(Section, frozen=True):
    """Who answers what recall cannot, one after the other. None: recall alone answers."""

    url: Annotated[str, msgspec.Meta(min_length=1, examples=["http://127.0.0.1:11434/v1"])]
    """Base address of an OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1; or, for one
    of them, a model on this device, such as "~/models/small.gguf", which needs `pip install
    offrecord[language]`."""
    model: str = ""
    """Its model's name."""
    api_key_env: str = ""
    """Name of the environment variable that holds its key. The key itself never stands here."""
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 20.0
    """To the first word; after that, between two words. The whole within five times as long."""
    withhold: tuple[Withheld, ...] = ()
    """What it is not sent: what was "heard", "seen" or "remembered", what "others" said or may have
    said; "numbers" and "addresses" (e-mail, web) stand as # in what it is sent. What others said in
    passing goes to none."""
    price_per_1000_tokens: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """In whatever money you pay it; `offrecord ledger` shows each answer's and the day's."""
    questions_a_day: Annotated[int, msgspec.Meta(ge=0)] = 0
    """So many at most are put to it. 0: as many as there are."""

    @property
    def weights(self) -> Path | None:
        """The language model's file, where it is on this device and not behind an address."""
        is_file = self.url.endswith(GGUF)
        return Path(self.url.removeprefix("file://")).expanduser() if is_file else None

    @property
    def name(self) -> str:
        """What a person is told that it is called."""
        return self.weights.stem if self.weights else self.model or self.url


class ToolServer(Section, frozen=True):
    """A server of tools (MCP) that a reasoner may use. None: the companion's own tools alone."""

    name: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,19}$", examples=["calendar"])]
    """What you call it; its tools' names begin with it."""
    command: tuple[str, ...] = ()
    """A program of yours that is started, unsealed, and spoken to: ["uvx", "mcp-server-time"]."""
    url: str = ""
    """Or the address of one that runs: "http://127.0.0.1:8000/mcp"."""
    env: tuple[str, ...] = ()
    """Names of environment variables that its program is given, beside PATH, HOME and the like; of
    an address the one whose value is its bearer token."""
    reads_freely: bool = False
    """Whether tools that the server itself calls read-only need no grant of yours."""

    def __post_init__(self) -> None:
        """Refuse one that cannot be reached, or in two ways."""
        if bool(self.command) == bool(self.url):
            raise ValueError(f'[[tool_server]] "{self.name}" needs a command or a url, not both')


class Notes(Section, frozen=True):
    """What is remembered."""

    folder: str = ""
    """Empty means the user's data folder (XDG_DATA_HOME/offrecord)."""
    meaning: bool | Literal["auto"] = "auto"
    """Find notes by what they mean, not by their words alone: 15 of 100 more are found. Takes about
    80 MB, and `offrecord models fetch minilm`. auto: where that was done and there is room."""


class Help(Section, frozen=True):
    """Help that nobody asked for. `offrecord offers` shows what your answers to it have taught."""

    level: Literal["off", "quiet", "helpful"] = "off"
    """quiet: at most 2 offers an hour, on the screen only. helpful: 4, less sure ones too, and
    spoken where there is a voice. At neither while somebody else is there or speaks."""
    aims: Annotated[tuple[Line, ...], msgspec.Meta(max_length=12)] = ()
    """What you want for yourself, as ["drink less coffee"]: offers that serve it come first."""
    attention_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 60
    """Seconds a day that reading offers may take; a glance at one takes 3 to 5."""


_DAYS: Final = r"(?:mon|tue|wed|thu|fri|sat|sun)"
STRETCH: Final = re.compile(
    rf"(?:(?P<days>{_DAYS}(?:-{_DAYS})?(?:,{_DAYS}(?:-{_DAYS})?)*) )?"
    r"(?P<start>(?:[01]?\d|2[0-3]):[0-5]\d)-(?P<end>(?:[01]?\d|2[0-3]):[0-5]\d|24:00)",
    re.ASCII | re.IGNORECASE,
)
"""The grammar of a stretch of the week; `edge/schedule.py` says what it means."""


class Voice(Section, frozen=True):
    """What the companion says aloud, with espeak-ng (`sudo apt install espeak-ng`)."""

    enabled: bool | Literal["auto"] = "auto"
    """auto: answers are spoken where a live microphone is listened to and there is a loudspeaker.
    true: with files too."""
    device: str = ""
    """Part of the loudspeaker's name, or the sound server's name for it; empty takes the
    system's default."""
    voice: str = "en"
    """`espeak-ng --voices` lists them; or the file of a Piper voice, "~/en_US-joe-medium.onnx",
    which the `piper` on your PATH speaks (`pipx install piper-tts`)."""
    speed_wpm: Annotated[int, msgspec.Meta(ge=80, le=450)] = 165
    """How fast it speaks, in words a minute."""


class Companion(Section, frozen=True):
    """Where paired phones connect. Nothing listens before `offrecord pair` was used."""

    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8757
    """A number that nobody else on this machine listens on; from 1024 on. 0: phones never."""


BROKER: Final = re.compile(
    r"mqtts?://(?:[^\s:@/?#]+@)?(?:\[[0-9a-fA-F:.]+\]|[^\s:@/?#]+)(?::\d{1,5})?/?"
)


class Home(Section, frozen=True):
    """What your house is told by MQTT: that it hears, sees or is muted; no word of what."""

    mqtt: str = ""
    """Address of your broker, such as "mqtt://USER@192.168.1.5", or mqtts:// within TLS. Home
    Assistant then finds the device by itself. Empty: nobody is told."""
    password_env: str = ""
    """Name of the environment variable that holds the password; it never stands here."""

    def __post_init__(self) -> None:
        """Refuse what is no broker's address, and a password in it."""
        if self.mqtt and not BROKER.fullmatch(self.mqtt):
            raise ValueError(
                "[home] mqtt is mqtt://USER@HOST:PORT, or mqtts:// within TLS; "
                "the password stands in the variable that password_env names"
            )


class Mute(Section, frozen=True):
    """When nothing is heard or seen. `offrecord mute` does it at once."""

    schedule: tuple[str, ...] = ()
    """Stretches of the week by the clock on the wall: ["22:00-07:00", "Sat,Sun 9:00-12:00"]."""
    spoken_minutes: Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)] = 15
    """How long "off the record" lasts when no time is said: the deaf cannot hear you end it."""

    def __post_init__(self) -> None:
        """Refuse what is no stretch of the week."""
        for words in self.schedule:
            stretch = STRETCH.fullmatch(words)
            if not stretch or stretch["start"].zfill(5) == stretch["end"].zfill(5):
                raise ValueError(
                    f'"{words}" is no stretch of the week; '
                    'write for example "22:00-07:00" or "Mon-Fri,Sun 12:00-13:00"'
                )


class Config(Section, frozen=True):
    """Everything that can be set."""

    microphone: Microphone = Microphone()
    camera: Camera = Camera()
    gate: Gate = Gate()
    turn: Turn = Turn()
    recogniser: Recogniser = Recogniser()
    privacy: Privacy = Privacy()
    vision: Vision = Vision()
    memory: Memory = Memory()
    airlock: Airlock = Airlock()
    context: ContextSize = ContextSize()
    reasoner: tuple[Reasoner, ...] = ()
    tool_server: tuple[ToolServer, ...] = ()
    notes: Notes = Notes()
    mute: Mute = Mute()
    voice: Voice = Voice()
    companion: Companion = Companion()
    help: Help = Help()
    home: Home = Home()

    def __post_init__(self) -> None:
        """Refuse a second language model on this device: there is one process for it."""
        if sum(each.weights is not None for each in self.reasoner) > 1:
            raise ValueError("one [[reasoner]] may be a .gguf on this device, and two are")
        if len({each.name for each in self.tool_server}) < len(self.tool_server):
            raise ValueError("two [[tool_server]] have the same name")

    @property
    def language_model(self) -> Reasoner | None:
        """The reasoner that is a language model on this device."""
        return next((each for each in self.reasoner if each.weights), None)


def _xdg(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "offrecord"


def config_path() -> Path:
    """Return where the configuration is looked for when none is named."""
    return _xdg("XDG_CONFIG_HOME", ".config") / "config.toml"


def data_folder(notes: Notes) -> Path:
    """Return where notes and the ledger are kept."""
    return (
        Path(notes.folder).expanduser() if notes.folder else _xdg("XDG_DATA_HOME", ".local/share")
    )


def to_argument(config: Config) -> str:
    """Return a configuration as one argument of a child's command line."""
    return msgspec.json.encode(config).decode()


def from_argument(argument: str) -> Config:
    """Return the configuration that `to_argument` wrote; an empty one means the defaults."""
    return msgspec.json.decode(argument, type=Config) if argument else Config()
