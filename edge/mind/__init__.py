"""Text models in a sealed process: was that for the companion, and what corrections teach."""
