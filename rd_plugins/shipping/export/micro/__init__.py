"""From PyTorch to LiteRT (TFLite), TFLite-Micro and Arm's Ethos-U."""
