"""Export to inference engines, by MMDeploy and, for ncnn, by pnnx.

Nothing here is imported by the rest of the package, because MMDeploy and the
engines are optional.
"""
