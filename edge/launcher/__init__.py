"""The launcher: which processes a run has, with what each is born, and how long each lives."""
