"""Benchmarks of networks: backends, memory, training steps."""
