"""What a person types after `offrecord`: one file a group of commands, joined in `edge/cli.py`."""
