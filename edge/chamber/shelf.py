"""The model files of this chamber: read and hashed before the seal, and named for provenance.

Under a memory budget a graph is not read but opened: what is handed out in its place is lent by
the Supervisor, in memory when it runs and perhaps not between.
"""

import hashlib
import threading
from collections.abc import Callable
from typing import Any

import models.manifest
from edge import footprints
from edge.chamber import roster
from edge.chamber.residents import Lent, Residents, Spec
from edge.messages import Lending, Model


class Shelf:
    """Model files, read and checked before the seal, and the names that provenance gives them."""

    def __init__(self, budget_bytes: int = 0) -> None:
        """Have so much memory for all graphs together; 0 means that all stay."""
        self.models: list[Model] = []
        self.kept: list[int] = []
        """Descriptors of files that are read from after the seal."""
        self.residents = Residents(budget_bytes) if budget_bytes else None
        self._measured = footprints.read() if budget_bytes else {}

    def keep(self, model: str, file: str) -> int:
        """Return a descriptor of a file, hashed like the others, that stays open."""
        self.kept.append(models.manifest.open_to_read(model, file))
        return self.kept[-1]

    def take(self, model: str, file: str) -> Any:  # noqa: ANN401 (bytes, or a graph that is lent)
        """Return a file's bytes or, of a graph under a budget, what `onnx_session.session` takes.

        A model is known to provenance by the first file taken of it. Raises ModelNotFetched,
        CorruptModel for a file that is not what was installed, or Unusable.
        """
        job = next(
            (each.job for each in models.manifest.row(model).files if each.name == file), None
        )
        if self.residents and job:
            return self._lend(self.residents, model, file)
        content = models.manifest.read(model, file)
        self._name(model, hashlib.sha256(content).hexdigest())
        return content

    def _lend(self, residents: Residents, model: str, file: str) -> Lent:
        descriptor = self.keep(model, file)
        receipt = models.manifest.receipt(model)
        assert receipt
        size_bytes, sha256 = receipt.files[file]
        entries = roster.entries(self._measured).values()
        entry = next(each for each in entries if (each.row.name, each.file.name) == (model, file))
        residents.add(Spec(entry.specialist, entry.file, descriptor, size_bytes))
        self._name(model, sha256)
        return Lent(entry.specialist.name, residents)

    def _name(self, model: str, sha256: str) -> None:
        if model not in (known.name for known in self.models):
            self.models.append(Model(model, sha256[:16]))

    def announcer(self, models_: tuple[str, ...]) -> Callable[[], None]:
        """Return what to call when the graphs of these models will soon be wanted."""
        residents = self.residents
        if residents is None:
            return lambda: None
        names = [name for name in residents.specs if name.partition("/")[0] in models_]
        return lambda: residents.announce_soon(names)

    def load_ahead(self, tell: Callable[[Lending], None]) -> None:
        """Start the thread that loads what was announced, if there is a budget."""
        if self.residents:
            loading = self.residents.load_ahead
            threading.Thread(target=loading, args=(tell,), name="loading", daemon=True).start()

    def lending(self) -> list[Lending]:
        """Return how those who share a budget have fared; nothing where everybody stays."""
        return [self.residents.lending()] if self.residents else []

    def index(self, model: str) -> int:
        """Return the place of a model in `Hello`, 0 for one that was not taken."""
        names = [known.name for known in self.models]
        return names.index(model) if model in names else 0
