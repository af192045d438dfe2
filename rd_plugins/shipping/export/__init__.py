"""Export to inference backends, by MMDeploy and, for ncnn, by pnnx."""
