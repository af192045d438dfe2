"""From a trained model to what is shipped: read, transform, prove, write.

Modules are imported one by one: only ``quantize`` and ``export`` need
MMDeploy or a backend, which are optional.
"""
