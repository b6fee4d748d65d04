"""The model files of this chamber: opened and hashed before the seal, and named for provenance.

A graph is not handed out as bytes but as one that is lent by the Supervisor: in memory when it
runs and, where memory is shared, perhaps not between. What cannot be used is refused with a
sentence, which is kept.
"""

import hashlib
import threading
from collections.abc import Callable, Collection
from typing import Any

import models.manifest
from edge import footprints
from edge.chamber import roster
from edge.chamber.foresight import Foresight
from edge.chamber.lent import Lent
from edge.chamber.residents import Residents
from edge.chamber.route import Errand, Request, route
from edge.chamber.spec import Refusal, Spec
from edge.chamber.specialist import plannable_bytes
from edge.chamber.supervisor import refusal
from edge.messages import Lending, Lot, Model
from models.manifest import CorruptModel, File, ModelNotFetched, Row


class Shelf:
    """Model files, checked before the seal, and the names that provenance gives them."""

    def __init__(self, budget_bytes: int = 0, without: Collection[str] = ()) -> None:
        """Have so much memory for all graphs together; 0 means that all stay.

        Those `without` whom this chamber is to live did not answer the ones before it.
        """
        self.models: list[Model] = []
        self.kept: list[int] = []
        """Descriptors of files that are read from after the seal."""
        self.residents = Residents(budget_bytes)
        self.foresight = Foresight(self.residents)
        self._measured = footprints.read()
        for name in without:
            why = f"{name} is not used: it did not answer, time and again"
            self.residents.refuse(name, Refusal(Lot.HUNG, why))

    def keep(self, model: str, file: str) -> int:
        """Return a descriptor of a file, hashed like the others, that stays open."""
        self.kept.append(models.manifest.open_to_read(model, file))
        return self.kept[-1]

    def take(self, model: str, file: str) -> Any:  # noqa: ANN401 (bytes, or a graph that is lent)
        """Return a file's bytes or, of a graph, what `onnx_session.session` takes.

        A model is known to provenance by the first file taken of it. Raises ModelNotFetched,
        CorruptModel for a file that is not what was installed, or Unusable.
        """
        row = models.manifest.row(model)
        entry = next((each for each in row.files if each.name == file), None)
        try:
            if entry and entry.job:
                return self._lend(row, entry)
            content = models.manifest.read(model, file)
        except ModelNotFetched:
            self._refuse(row, file, Lot.ABSENT, str(ModelNotFetched(model)))
            raise
        except CorruptModel:
            self._refuse(row, file, Lot.DAMAGED, str(CorruptModel(model, file)))
            raise
        self._name(model, hashlib.sha256(content).hexdigest())
        return content

    def _lend(self, row: Row, file: File) -> Lent:
        descriptor = self.keep(row.name, file.name)
        receipt = models.manifest.receipt(row.name)
        assert receipt
        size_bytes, sha256 = receipt.files[file.name]
        specialist = roster.entry(row, file, sha256, self._measured).specialist
        self.residents.add(Spec(specialist, file, descriptor, size_bytes))
        self._name(row.name, sha256)
        return Lent(specialist.name, self.residents)

    def _refuse(self, row: Row, file: str, lot: Lot, sentence: str) -> None:
        name = f"{row.name}/{file.removesuffix('.onnx')}"
        self.residents.refuse(name, Refusal(lot, sentence))

    def _name(self, model: str, sha256: str) -> None:
        if model not in (known.name for known in self.models):
            self.models.append(Model(model, sha256[:16]))

    def team(self, request: Request) -> tuple[str, ...]:
        """Return who does best what is asked for, of those on the shelf; empty if nobody can."""
        residents = self.residents
        usable = {
            name: spec.specialist
            for name, spec in residents.specs.items()
            if name not in residents.refused
        }
        return route(request, residents.names, usable)

    def could_help(self, request: Request) -> bool:
        """Say whether somebody on this device would be asked next, and has room to come and go.

        Where everybody stays, nobody comes only for that.
        """
        if not self.residents.is_shared:
            return False
        room_bytes = plannable_bytes(self.residents.budget_bytes)
        known = {
            name: entry.specialist
            for name, entry in roster.entries(self._measured).items()
            if name not in self.residents.refused
            and (
                name in request.tried
                or (entry.is_measured and not refusal(entry.specialist, room_bytes, {}))
            )
        }
        return bool(route(request, (), known))

    def announcer(self, *errands: Errand) -> Callable[[], None]:
        """Return what to call when there will soon be these errands."""
        if not self.residents.is_shared:
            return lambda: None

        def announce() -> None:
            teams = [self.team(Request(errand)) for errand in errands]
            self.foresight.announce_soon([name for team in teams for name in team])

        return announce

    def live(self, tell: Callable[[Lending], None]) -> None:
        """Tell what could not be loaded, and from now on what is refused; begin to load ahead."""
        residents = self.residents
        residents.tell = tell
        if residents.refused:
            tell(residents.lending())
        if residents.is_shared:
            load = self.foresight.load
            threading.Thread(target=load, args=(tell,), name="loading", daemon=True).start()

    def grow(self, budget_bytes: int) -> None:
        """Have so much memory from now on, and use it when there is time; never less than before.

        Where everybody stays, there is enough already.
        """
        if self.residents.is_shared:
            self.residents.grow(budget_bytes)
            self.foresight.announce_soon(())

    def lending(self) -> list[Lending]:
        """Return how those who share a budget have fared; nothing where everybody stays."""
        return [self.residents.lending()] if self.residents.is_shared else []

    def index(self, model: str) -> int:
        """Return the place of a model in `Hello`, 0 for one that was not taken."""
        names = [known.name for known in self.models]
        return names.index(model) if model in names else 0
