"""Text models in sealed processes: what a text means, and an optional language model."""
