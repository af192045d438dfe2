"""Small tools without a home in MMEngine; they know nothing of the models.

Modules are imported one by one, because the dependency check has to run
before anything that needs the dependencies.
"""
