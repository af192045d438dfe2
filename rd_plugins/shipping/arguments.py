"""The command lines of the tools that ship."""
import argparse


def conversion_parser(description: str) -> argparse.ArgumentParser:
    """The command line of a tool that makes one model of another."""
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config of a classifier')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--out', required=True, help='folder to write')
    parser.add_argument(
        '--shape', type=int, nargs='+', help='height and width of the images')
    parser.add_argument(
        '--force', action='store_true', help='replace the folder')
    return parser
