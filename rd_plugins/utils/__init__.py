"""Utilities that do not depend on the models.

Import its modules one by one: the dependency check has to run before anything
that needs the dependencies.
"""
