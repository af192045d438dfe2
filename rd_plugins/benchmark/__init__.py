"""Measuring networks side by side: backends, memory, training steps."""
