"""The model files of this chamber: read and hashed before the seal, and named for provenance."""

import hashlib

import models.manifest
from edge.messages import Model


class Shelf:
    """Model files, read and checked before the seal, and the names that provenance gives them."""

    def __init__(self) -> None:
        self.models: list[Model] = []
        self.kept: list[int] = []
        """Descriptors of files that are read from after the seal."""

    def keep(self, model: str, file: str) -> int:
        """Return a descriptor of a file, hashed like the others, that stays open."""
        self.kept.append(models.manifest.open_to_read(model, file))
        return self.kept[-1]

    def take(self, model: str, file: str) -> bytes:
        """Return a file's bytes; a model is known to provenance by the first file taken of it.

        Raises ModelNotFetched, or CorruptModel for a file that is not what was installed.
        """
        content = models.manifest.read(model, file)
        if model not in (known.name for known in self.models):
            self.models.append(Model(model, hashlib.sha256(content).hexdigest()[:16]))
        return content

    def index(self, model: str) -> int:
        """Return the place of a model in `Hello`, 0 for one that was not taken."""
        names = [known.name for known in self.models]
        return names.index(model) if model in names else 0
