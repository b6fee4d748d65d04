"""Where the weights that ship for "was that for me?" come from. Only a developer runs this."""
