"""From the checkpoint of a ResNet to a plain network that is shipped."""
