"""Export to inference engines, by MMDeploy and, for ncnn, by pnnx."""
