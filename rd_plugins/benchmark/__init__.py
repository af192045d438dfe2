"""Measuring networks side by side: engines, memory, training steps."""
