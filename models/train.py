#!/usr/bin/env python3
"""Trains the bundled models and writes them in Teal's model repository format.

Everything under `digits/` and `sentiment/` comes out of this script: ONNX files, manifests with held-out figures,
held-out and warm-up requests. Two runs on one machine write the same bytes. See README.md beside this file.
"""

import argparse
import sys
from pathlib import Path

# The folder of this script is a model repository: it must hold no folder that is not a model, so no __pycache__.
sys.dont_write_bytecode = True

from threadpoolctl import threadpool_limits  # noqa: E402

import train_digits  # noqa: E402
import train_sentiment  # noqa: E402


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent,
                        help="model repository to write (default: the folder of this script)")
    parser.add_argument("--only", choices=("digits", "sentiment"), help="train one model instead of both")
    parser.add_argument("--vader", type=Path, metavar="ARCHIVE",
                        help="the vaderSentiment 2.5 source distribution; without it pip downloads it")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    # One thread, because the order in which threads add up partial sums changes the last bits of the weights.
    with threadpool_limits(limits=1):
        if arguments.only != "sentiment":
            train_digits.build(arguments.output)
        if arguments.only != "digits":
            train_sentiment.build(arguments.output, arguments.vader)


if __name__ == "__main__":
    main()
