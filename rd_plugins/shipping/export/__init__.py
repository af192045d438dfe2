"""Export to inference backends: one module for each in ``backends``."""
