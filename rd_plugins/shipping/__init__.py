"""Conversion of trained models: read, transform, verify, write.

Import its modules one by one: only ``quantize`` and ``export`` need MMDeploy
or a backend, which are optional.
"""
