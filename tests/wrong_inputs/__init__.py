"""Wrong inputs of every tool, and what becomes of them.

``replay.py`` runs them all and counts sentences, tracebacks and runs that are
silently wrong; ``test_replay.py`` runs a few of each kind.
"""
