"""Every noun that crosses a process or a wire.

Frozen, tagged, positional structs: unknown fields are refused, every string and list is capped,
and there is no bytes field, no array and no dictionary: a sample or a pixel has no place to ride.
Times are integer milliseconds of the *stream's* clock (0 = first sample of the source).

`Leaves` is everything the chamber may say, `Enters` everything it may be told (`edge/airlock.py`
moves them). `Status` is what a source says of its device, `Control` what the launcher tells the
runtime, `Shown` what the runtime tells whoever is watching, `Asked` what a command asks a launcher
that runs.
"""

from enum import IntEnum
from typing import Annotated, Final, Literal

import msgspec

Millis = Annotated[int, msgspec.Meta(ge=0, le=2**40)]
"""Milliseconds on the stream's clock."""
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Thousandth = Annotated[int, msgspec.Meta(ge=0, le=1000)]
ModelIndex = Annotated[int, msgspec.Meta(ge=0, le=63)]
"""Position in the `Hello.models` that this chamber sent at birth."""
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Name = Annotated[str, msgspec.Meta(max_length=64)]
SpecialistName = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,40}/[A-Za-z0-9._-]{1,40}$")
]
"""Of a model and its graph: `centernet/detector`."""
LINE_CHARACTERS: Final = 120
Line = Annotated[str, msgspec.Meta(max_length=LINE_CHARACTERS)]
SENTENCE_CHARACTERS: Final = 800
Sentence = Annotated[str, msgspec.Meta(max_length=SENTENCE_CHARACTERS)]
Document = Annotated[str, msgspec.Meta(max_length=16_000)]
Box = tuple[Thousandth, Thousandth, Thousandth, Thousandth]
"""Left, top, right, bottom in thousandths of the picture's width and height."""


class Message(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, kw_only=False
):
    """What every message is: a frozen positional struct that refuses unknown fields."""


# --- inside other messages ---------------------------------------------------------------------


class Stage(IntEnum):
    """Steps of the work whose duration is reported."""

    MEL = 0
    ENCODE = 1
    DECODE = 2
    DETECT = 3
    READ = 4
    FACES = 5


class StageTime(Message, frozen=True):
    """How long one step took, by the chamber's clock."""

    stage: Stage
    microseconds: Count


class Model(Message, frozen=True):
    """A model as provenance names it."""

    name: Name
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    """First 16 hexadecimal digits of the hash of its (first) file."""


class Colour(IntEnum):
    """What one would call a thing's colour."""

    UNKNOWN = 0
    """It has several, or none that stands out."""
    BLACK = 1
    GREY = 2
    WHITE = 3
    RED = 4
    ORANGE = 5
    YELLOW = 6
    GREEN = 7
    BLUE = 8
    PURPLE = 9
    PINK = 10
    BROWN = 11


class Thing(Message, frozen=True):
    """One object in a picture."""

    label: Name
    score: Percent
    box: Box
    colour: Colour = Colour.UNKNOWN


class TextLine(Message, frozen=True):
    """One line of text read from a picture."""

    text: Line
    score: Percent
    box: Box


class Speaker(IntEnum):
    """Whose voice it was, as far as the voice itself tells."""

    UNKNOWN = 0
    """Nobody is enrolled, or there was too little speech."""
    WEARER = 1
    OTHER = 2


VoiceCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{342}==$")]
"""A voice: 256 signed bytes in base64, the only embedding that ever leaves the chamber."""


# --- Leaves: chamber -> runtime ----------------------------------------------------------------


class Hello(Message, frozen=True, tag=1):
    """First message of a chamber: its models, which later messages name by index. Sealed since."""

    models: Annotated[tuple[Model, ...], msgspec.Meta(max_length=32)]


class SpeechStarted(Message, frozen=True, tag=2):
    """Somebody began to speak."""

    at_ms: Millis


class Transcript(Message, frozen=True, tag=3):
    """What was said in one utterance."""

    text: Sentence
    start_ms: Millis
    end_ms: Millis
    """Where speech really ended, the hangover not counted."""
    confidence: Percent
    """Geometric mean of the tokens' probabilities."""
    model: ModelIndex
    stages: Annotated[tuple[StageTime, ...], msgspec.Meta(max_length=8)] = ()
    speaker: Speaker = Speaker.UNKNOWN
    speaker_score: Percent = 0
    """How alike the voice is to the wearer's; 0 where nobody is enrolled."""
    goes_on: bool = False
    """The speaker went on soon after the newest transcript, which began at the same moment: this
    is all of it, and takes that one's place."""


class Unclear(Message, frozen=True, tag=4):
    """Speech-like sound in which the recogniser found no words."""

    start_ms: Millis
    end_ms: Millis


class Light(IntEnum):
    """Whether a picture could be looked at."""

    CLEAR = 0
    DARK = 1
    """Nothing is looked for in it."""
    BLURRED = 2
    """Only what is sure is named in it, and nothing is read."""


class Seen(Message, frozen=True, tag=5):
    """What is in view. Sent when something changed: it came, left, moved to the centre or near."""

    at_ms: Millis
    things: Annotated[tuple[Thing, ...], msgspec.Meta(max_length=8)]
    lines: Annotated[tuple[TextLine, ...], msgspec.Meta(max_length=12)]
    detector: ModelIndex
    reader: ModelIndex
    stages: Annotated[tuple[StageTime, ...], msgspec.Meta(max_length=8)] = ()
    light: Light = Light.CLEAR
    illegible: Annotated[int, msgspec.Meta(ge=0, le=16)] = 0
    """Pieces of text that are there, but too small or too blurred to be read."""
    faces: Annotated[int, msgspec.Meta(ge=0, le=8)] = 0
    """Turned to the camera. Whose they are nobody asks."""


class Level(Message, frozen=True, tag=6):
    """Loudness, only while a screen watches."""

    at_ms: Millis
    dbfs: Annotated[int, msgspec.Meta(ge=-120, le=0)]
    speech: Percent


class Dropped(Message, frozen=True, tag=7):
    """Media that was not looked at, because there was no time for it or a record was lost."""

    at_ms: Millis
    frames: Count
    samples: Count
    closed: Count = 0
    """Samples of a wearable that encrypts them to another key than this chamber's."""


class Ended(Message, frozen=True, tag=8):
    """All sources have ended and everything has been understood."""

    at_ms: Millis
    utterances: Count
    frames: Count


class Dying(Message, frozen=True, tag=9):
    """A fault of ours: the kind of error and the line of our code. Never what the error says."""

    fault: Annotated[
        str, msgspec.Meta(pattern=r"^[A-Za-z]{1,40} at [A-Za-z0-9_]{1,40}\.py:[0-9]{1,5}$")
    ]
    specialist: SpecialistName | None = None
    """Whose work it was that failed, or did not end."""


class Overheard(Message, frozen=True, tag=10):
    """Somebody else spoke, in the mode in which others' words stay inside: only for how long."""

    start_ms: Millis
    end_ms: Millis


class Enrolling(Message, frozen=True, tag=11):
    """How much of the wearer's speech has been heard since `Enrol`."""

    heard_ms: Millis


class VoiceProfile(Message, frozen=True, tag=12):
    """The wearer's voice: leaves once, on the command to enrol, and enters again at each start."""

    code: VoiceCode
    model: Name


class Saying(Message, frozen=True, tag=13):
    """Words of an utterance that goes on, sure since the last such message of the same beginning.

    Only while a screen watches, and never where only the wearer's words may leave.
    """

    text: Sentence
    start_ms: Millis
    at_ms: Millis
    """How far it had been spoken."""


class Ahead(IntEnum):
    """What is done of an utterance before it has ended."""

    WORDS = 0
    """Its words while it is spoken, and all of it at a pause."""
    PAUSES = 1
    """All of it at a pause."""
    NOTHING = 2
    """It is recognised once, when it is over."""


class Strained(Message, frozen=True, tag=14):
    """Recognition has become slower or faster: more or less is done ahead from now on."""

    at_ms: Millis
    ahead: Ahead
    percent: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    """What it takes of the time that was spoken."""


class Lot(IntEnum):
    """The last that was decided about a specialist."""

    NOT_WANTED = 0
    ASKED = 1
    """It was loaded because it was to work at once."""
    ANNOUNCED = 2
    """It was loaded because something announced its work."""
    LIKELY = 3
    """It was loaded because there was time and room."""
    MADE_ROOM = 4
    """It left for another."""
    DECLINED = 5
    """It is too large for the budget."""
    ABSENT = 6
    """Its file is not on this device."""
    DAMAGED = 7
    """Its file is not what was installed, or no graph."""
    ANOTHER = 8
    """Its file is not what its row says."""
    FAILED = 9
    """Its work ended with an error."""
    HUNG = 10
    """It did not answer within its deadline."""


class Lent(Message, frozen=True):
    """What has become of one specialist since its chamber was born."""

    name: SpecialistName
    is_resident: bool
    lot: Lot
    for_whom: Annotated[int, msgspec.Meta(ge=-1, le=31)]
    """Place in the list of the one that it left for; -1 for none."""
    hits: Count
    """Uses that found it in memory."""
    stalls: Count
    """Uses that waited for it."""
    stalled_ms: Count
    loads: Count


class Lending(Message, frozen=True, tag=15):
    """Who shares the chamber's memory, and how that goes: at the end, and seldom before.

    At once when a specialist cannot be used (any more).
    """

    budget_mb: Count
    """0 where everybody stays."""
    lent: Annotated[tuple[Lent, ...], msgspec.Meta(max_length=32)]


HomeNumber = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
"""Of a request of the house; no two of a run are the same."""


class HomeVoice(Message, frozen=True, tag=16):
    """In the sound of a request of the house somebody begins to speak, or has stopped.

    At the sound's end the latter is said, whoever spoke.
    """

    number: HomeNumber
    at_ms: Millis
    """Since that sound's beginning."""
    speaks: bool


class HomeHeard(Message, frozen=True, tag=17):
    """What was said in the sound that somebody in the house sent: their words, not the wearer's.

    They go back to who sent the sound, and nowhere else.
    """

    number: HomeNumber
    text: Sentence
    """Empty where no words were found."""
    heard_ms: Millis
    """How long that sound was."""


Leaves = (
    Hello
    | SpeechStarted
    | Transcript
    | Unclear
    | Seen
    | Level
    | Dropped
    | Ended
    | Dying
    | Overheard
    | Enrolling
    | VoiceProfile
    | Saying
    | Strained
    | Lending
    | HomeVoice
    | HomeHeard
)


# --- Enters: launcher and runtime -> chamber ---------------------------------------------------


class Go(Message, frozen=True, tag=32):
    """The check from outside passed; the first real sample may come."""


class Watch(Message, frozen=True, tag=33):
    """A screen began or ceased to watch: send levels, or stop sending them."""

    levels: bool


class Allowance(Message, frozen=True, tag=34):
    """How much may still leave the chamber today; the runtime knows, from the ledger."""

    day_left_bytes: Count


class Enrol(Message, frozen=True, tag=35):
    """Learn the wearer's voice from the speech that comes now."""

    speech_s: Annotated[int, msgspec.Meta(ge=5, le=300)] = 60


Term = Annotated[str, msgspec.Meta(min_length=2, max_length=64)]


class Expect(Message, frozen=True, tag=36):
    """Names and terms that are likely to be said, and no others any more."""

    words: Annotated[tuple[Term, ...], msgspec.Meta(max_length=500)]


class Look(Message, frozen=True, tag=37):
    """Look at the next picture afresh and tell what it shows, news or not. Closed eyes do not."""


class Attend(Message, frozen=True, tag=38):
    """Where in the picture the wearer looks, as a wearable's gaze or a finger on a page tells it.

    It holds for two seconds; whoever goes on looking there says so again.
    """

    x: Thousandth
    """From the left."""
    y: Thousandth
    """From the top."""


class Share(Message, frozen=True, tag=39):
    """How much memory the chamber's models may take from now on: another process gave its back."""

    budget_mb: Annotated[int, msgspec.Meta(ge=1, le=2**20)]


Enters = Go | Watch | Allowance | Enrol | VoiceProfile | Expect | Look | Attend | Share


# --- Status: source -> launcher ----------------------------------------------------------------

SourceKind = Literal["audio", "video"]
SourcePhase = Literal["ready", "running", "lost", "ended", "failed"]


class SourceState(Message, frozen=True, tag=48):
    """How a source is. The launcher forwards it to the runtime."""

    kind: SourceKind
    phase: SourcePhase
    device: Line
    """Which microphone, camera or file it really is."""
    samples: Count
    """Stream clock so far, in samples of 16 kHz."""
    raw_bytes: Count
    """Bytes of media handed to the chamber so far."""
    dropped: Count
    """Overrun samples (audio) or skipped frames (video)."""
    monotonic_s: float
    """`time.monotonic()` of the moment at which `samples` was the stream's clock."""
    live: bool
    """True for a device; False for a file, whose ledger rows are marked as such."""
    detail: Line = ""
    """One sentence for a person when the phase is lost or failed."""


class WearableState(Message, frozen=True, tag=49):
    """How the link to a wearable is: counted by frames, of this connection."""

    name: Name
    """What it calls itself."""
    connected: bool
    battery: Annotated[int, msgspec.Meta(ge=-1, le=100)] = -1
    """-1: it has not said."""
    lost: Count = 0
    late: Count = 0
    twice: Count = 0
    refused: Count = 0
    """Photos that could not be decoded."""
    damaged: Count = 0
    """Packets of a serial line; what was in them counts as lost, too."""
    motion: Literal["", "still", "moving", "walking", "running", "riding"] = ""
    """How its wearer moves, as it judges by itself; empty: it has not said."""


class HomeAsks(Message, frozen=True, tag=50):
    """Somebody in the house sends sound and wants it as text. Number 0: the link is sealed."""

    number: HomeNumber
    peer: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Fa-f.:]{0,45}$")]
    """The address it comes from."""


class WordsWanted(Message, frozen=True, tag=51):
    """A wearable wants the words that are found in its sound; the launcher forwards it."""

    to: Name
    """Empty: nobody wants them any more."""
    since_ms: Millis
    """Where its sound begins."""
    takes_answers: bool = False
    """Whether it also shows, and may play, the answers; the launcher says so, not the link."""


# --- Control: launcher -> runtime --------------------------------------------------------------

SealLevel = Literal["A", "B", "C", "D"]


class SealState(Message, frozen=True, tag=64):
    """What the check from outside found of one process."""

    process: Name
    pid: Count
    level: SealLevel
    threads: Count
    unchecked: tuple[Line, ...] = ()
    """What the kernel would not show; not a pass."""


class ChildDied(Message, frozen=True, tag=65):
    """A process ended when it should not have, and is being started again."""

    process: Name
    reason: Line


class CounterGap(Message, frozen=True, tag=66):
    """What a runtime that died had read of the airlock; what it did not enter is a gap."""

    read_bytes: Count


class CountBytes(Message, frozen=True, tag=67):
    """The launcher wants to know how much has been entered; `Airlocked` is the answer."""


class MuteState(Message, frozen=True, tag=68):
    """Whether the sources are stopped, by whom, and until when."""

    muted: bool
    until_s: float = 0.0
    """Seconds since 1970; 0 means until somebody unmutes."""
    why: Literal["hand", "voice", "schedule"] = "hand"


class Forget(Message, frozen=True, tag=69):
    """Forget what the notes say is to be forgotten; also asked on the control socket."""


class Started(Message, frozen=True, tag=70):
    """A program of the user's was started (again): an MCP server of `[[tool_server]]`."""

    process: Name


class Granted(Message, frozen=True, tag=71):
    """What the wearer answers to a `Wanted`; also asked on the control socket."""

    id: Count
    answer: Literal["once", "always", "never"]


OfferVerdict = Literal["accept", "dismiss", "stop"]


class Judged(Message, frozen=True, tag=102):
    """What the wearer makes of an offer; also asked on the control socket."""

    number: Count
    """The offer's; 0 means the newest."""
    verdict: OfferVerdict


class PhonesChanged(Message, frozen=True, tag=105):
    """What the data folder says of phones did: a pairing was opened, or one was revoked.

    Also asked on the control socket.
    """


class PhoneLink(Message, frozen=True, tag=110):
    """Where a paired phone may be ears and eyes, and what it has to bring; for no log."""

    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)]
    token: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class TeamChanged(Message, frozen=True, tag=109):
    """Something was said to the team, or somebody came or went; what, lies in files."""


class AgentReads(Message, frozen=True, tag=106):
    """An agent is about to be told something: enter it. Also asked on the control socket."""

    agent: Annotated[str, msgspec.Meta(pattern=r"^[ -~]{1,40}$")]
    """As it named itself."""
    what: Name
    bytes: Count
    ticket: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    """By which whoever asked finds the row."""


class AgentWants(Message, frozen=True, tag=108):
    """An agent wants the notes changed: the wearer is asked. Also asked on the control socket."""

    agent: Annotated[str, msgspec.Meta(pattern=r"^[ -~]{1,40}$")]
    """As it named itself."""
    does: Literal["remember", "forget"]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    """What to remember; what to forget, as `offrecord forget` takes it."""
    ticket: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    """By which whoever asked finds the row that says what became of it."""


class ResetOffers(Message, frozen=True, tag=103):
    """Let what was made of offers until now teach no more; also asked on the control socket."""


class Hush(Message, frozen=True, tag=118):
    """Be silent at once, and say nothing of what was asked for until now."""


Control = (
    SourceState
    | WearableState
    | SealState
    | ChildDied
    | CounterGap
    | CountBytes
    | MuteState
    | Enrol
    | Forget
    | Attend
    | Started
    | Granted
    | Judged
    | ResetOffers
    | PhonesChanged
    | PhoneLink
    | TeamChanged
    | AgentReads
    | AgentWants
    | HomeAsks
    | WordsWanted
    | Hush
)
"""`Enrol`: the chamber was told so, and may now say a voice, once."""


# --- Shown: runtime -> whoever watches ---------------------------------------------------------


class ContextPacket(Message, frozen=True, tag=80):
    """Exactly what the reasoner is given."""

    text: Document
    tokens: Count


class Reply(Message, frozen=True, tag=81):
    """What the companion says."""

    text: Document
    source: Name
    """`recall`, the endpoint's model name, `timer`, or `grant` for a question of its own."""
    because: Annotated[tuple[Line, ...], msgspec.Meta(max_length=12)]
    """The observations and notes it rests on, one line each."""
    latency_ms: int = -1
    """End of the question's speech to the first word of the answer; -1 where nobody asked."""
    partial: bool = False
    """True while a streaming reply is still growing; `text` is all of it so far."""
    passes: bool = False
    """It rests on what others said: nobody keeps it for longer than that."""


class Notice(Message, frozen=True, tag=82):
    """Something a person should know about the companion itself."""

    text: Line


class Offer(Message, frozen=True, tag=90):
    """Help that nobody asked for, one glance long; `Judged` may say what the wearer makes of it."""

    number: Count
    kind: Name
    text: Line
    because: Annotated[tuple[Line, ...], msgspec.Meta(max_length=12)] = ()
    """The notes it rests on, one line each."""


class StageSummary(Message, frozen=True):
    """Latency of one step over the run."""

    stage: Name
    count: Count
    p50_ms: float
    p95_ms: float


class Figures(Message, frozen=True, tag=107):
    """The run so far in numbers, for whoever asks how it does; `edge/runtime/figures.py`."""

    heard: Count = 0
    seen: Count = 0
    answered: Count = 0
    raw_bytes: Count = 0
    airlock_bytes: Count = 0
    dropped: Count = 0
    stages: tuple[StageSummary, ...] = ()
    """Of the last hour. `words`: after the last word of an utterance until its text was there;
    `picture`: after a picture was taken until it was told what it shows; `reply`: after the last
    word of a question until its answer began; the others are steps within."""


class ProcessSeal(Message, frozen=True):
    """The level at which a process was sealed."""

    process: Name
    level: SealLevel


class Summary(Message, frozen=True, tag=83):
    """The run in numbers; always the last thing shown."""

    heard: Count
    seen: Count
    answered: Count
    raw_bytes: Count
    airlock_bytes: Count
    """Bytes that left the chamber, all of them in the ledger."""
    context_tokens: Count
    """Of the last context packet."""
    dropped: Count
    sealed: tuple[ProcessSeal, ...]
    stages: tuple[StageSummary, ...]
    counter: Literal["equal", "differs", "unchecked"] = "unchecked"
    """Whether the kernel's count of the chamber's bytes equals the ledger's."""


class Airlocked(Message, frozen=True, tag=84):
    """A running count for the screen: raw bytes in, airlock bytes out."""

    raw_bytes: Count
    airlock_bytes: Count


class Speaking(Message, frozen=True, tag=86):
    """The companion's own voice is heard from now on, or is no more."""

    is_heard: bool
    was_cut: bool = False
    """Whether somebody spoke, or muted it, before it had said everything."""


class OwnVoice(Message, frozen=True, tag=87):
    """What was heard were words that the companion was just saying: nothing is done about it."""

    start_ms: Millis
    end_ms: Millis


class Wanted(Message, frozen=True, tag=88):
    """A tool with an effect is asked for and needs the wearer's grant (`Granted`), soon."""

    id: Count
    tool: Name
    what: Sentence
    """What it would do: its arguments."""
    why: Line
    """Whose idea it is."""


class OffTheRecord(Message, frozen=True, tag=85):
    """The wearer said that nothing is to be heard or seen for a while; the launcher obeys."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)]


class Mute(Message, frozen=True, tag=96):
    """Stop hearing and seeing now: a command asks it, or a paired phone by the runtime."""

    minutes: Annotated[int, msgspec.Meta(ge=0, le=7 * 24 * 60)] = 0
    """0 means until `Unmute`."""


class Unmute(Message, frozen=True, tag=97):
    """Hear and see again."""


class PhoneShutOut(Message, frozen=True, tag=111):
    """A phone that knew what ears and eyes have to bring was shut out: something else from now."""


class ReturnWords(Message, frozen=True, tag=112):
    """Send these words back to the wearable in whose sound they were found; entered by now."""

    text: Sentence
    start_ms: Millis
    end_ms: Millis
    is_other: bool
    """Whether the voice is known not to be the wearer's."""


class ReturnAnswer(Message, frozen=True, tag=113):
    """Show this of an answer on the wearable that was asked; entered by now."""

    text: Sentence
    """Empty: nothing more to show."""
    goes_on: bool
    """Whether it is being spoken; if not, the answer is over."""
    was_cut: bool = False
    """Whether it is to be silent at once."""


HomeTold = Go | HomeVoice | HomeHeard
"""What the house's link is told, a line each."""

Status = SourceState | WearableState | WordsWanted | Attend | Mute | Hush
"""A wearable can only close the ears, never open them: that is its wearer's, elsewhere."""

Shown = (
    Leaves
    | SourceState
    | WearableState
    | SealState
    | ChildDied
    | ContextPacket
    | Reply
    | Notice
    | Summary
    | Airlocked
    | MuteState
    | OffTheRecord
    | Allowance
    | Expect
    | Look
    | Speaking
    | OwnVoice
    | Offer
    | Wanted
    | Mute
    | Unmute
    | PhoneShutOut
    | Figures
    | ReturnWords
    | ReturnAnswer
)


# --- runtime <-> mind --------------------------------------------------------------------------

MeaningCode = Annotated[str, msgspec.Meta(pattern=r"^(?:[A-Za-z0-9+/]{64}){1,63}$")]
"""The signs of up to 63 embeddings, 48 bytes each in base64: of a text, then of its pieces."""


class Embed(Message, frozen=True, tag=125):
    """What does this text mean? Of a question the words are told too, for their weights."""

    number: Count
    text: Sentence
    is_question: bool = False


class Embedded(Message, frozen=True, tag=126):
    """The answer to the `Embed` of this number; number 0 says that the mind is there."""

    number: Count
    code: MeaningCode
    words: Annotated[tuple[Name, ...], msgspec.Meta(max_length=24)] = ()
    """Of which word each piece is."""


# --- runtime <-> voice -------------------------------------------------------------------------

PIPER_FAILED_EXIT: Final = 6
"""Exit status of a voice whose program ended or made no speech; the next one is without it."""


class Speak(Message, frozen=True, tag=117):
    """Say this, when what was asked for before it is said."""

    number: Count
    text: Sentence


class Began(Message, frozen=True, tag=119):
    """The sentence of this number is being played."""

    number: Count


class Spoke(Message, frozen=True, tag=120):
    """The sentence of this number is over; number 0 says that the voice is there."""

    number: Count
    played_ms: Millis
    """How much of it was heard."""
    was_cut: bool


Telling = Speak | Hush
"""What the runtime says to the voice."""
Voiced = Began | Spoke


# --- runtime <-> language model ----------------------------------------------------------------

LANGUAGE_MODEL: Final = "mind.language"
"""What messages call its process."""


class Prompt(Message, frozen=True, tag=121):
    """A part of what a language model is given; with the last one it begins to answer."""

    number: Count
    role: Literal["system", "user"]
    text: Sentence
    is_last: bool


class Enough(Message, frozen=True, tag=122):
    """Stop answering, and forget the parts of a prompt that came so far."""


class Words(Message, frozen=True, tag=123):
    """The answer to the prompt of this number goes on."""

    number: Count
    text: Sentence


class Finished(Message, frozen=True, tag=124):
    """The answer to the prompt of this number is over; number 0 says that the model is there."""

    number: Count


Prompting = Prompt | Enough
"""What the runtime says to the language model on this device."""
Answering = Words | Finished


# --- asked of a running launcher, on its control socket (`edge/control.py`) --------------------


class Inquire(Message, frozen=True, tag=98):
    """How do things stand? Changes nothing."""


class StandingProcess(Message, frozen=True):
    """One process of a running launcher."""

    process: Name
    profile: Name
    pid: Count
    level: SealLevel
    is_checked: bool = True
    """False while it is being born: it has not been sealed, and has had no media yet."""
    also_open: tuple[Name, ...] = ()
    """Kinds of descriptors that it may hold beyond its profile's row: a camera's connection."""


class Standing(Message, frozen=True, tag=99):
    """How things stand in a running launcher: its answer to all three."""

    run: Name
    pid: Count
    processes: tuple[StandingProcess, ...]
    mute: MuteState
    written_bytes: Count
    """By the kernel's count, what the chambers of this run have written since they greeted."""
    waiting_bytes: Count
    """What of that is still in the pipe."""
    before_bytes: int
    """What to add to the running chamber's own counter (`wchar`) to get `written_bytes`."""
    is_counter_known: bool
    """False once a chamber died of which the kernel did not tell the count."""
    is_enrolled: bool = False
    """Whether the wearer's voice is known."""
    sees: bool = False
    """Whether pictures are looked at: false for closed eyes, without a camera, and while muted."""
    enrolling_ms: int = -1
    """How much of the wearer's speech has been heard for that; -1 while nothing is learnt."""
    figures: Figures | None = None
    """As the runtime said them last; none before it did."""
    spares: Line = ""
    """Why pictures are taken less often for now; empty while they are not."""


class ForgetVoice(Message, frozen=True, tag=100):
    """Delete what is known of the wearer's voice."""


Asked = (
    Mute
    | Unmute
    | Inquire
    | Enrol
    | ForgetVoice
    | Forget
    | Look
    | Attend
    | Granted
    | PhonesChanged
    | TeamChanged
    | AgentReads
    | AgentWants
    | Judged
    | ResetOffers
)
