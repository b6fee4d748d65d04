"""How do the companions of a household or a team tell each other something? By the user's broker.

Nothing is shared by itself: a wearer says each sentence to the team (`offrecord team say`), and the
others' companions keep it as a note of that member. `members.py` says who they are, `envelope.py`
closes a sentence for one of them, `outbox.py` keeps it until the broker has it. What the broker,
and who reads along there, learns: which made-up name sends to which, when, and how much; no words.
"""
