"""What of a stretch of time is worth keeping in few words? Rules over notes, no language model."""
