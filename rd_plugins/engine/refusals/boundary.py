"""Prints what a user can mend as one line, and real bugs with a traceback."""
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, List, Optional

import torch.distributed as dist
from mmengine.dist import is_distributed

from rd_plugins.utils.errors import UsageError
from . import config_rules, run_rules, system_rules
from .failure import Failure

DEBUG = '--debug'
PREFIX = 'error: '
# The first rule that knows the failure answers; exact ones come first.
RULES = (*system_rules.RULES, *run_rules.RULES, *config_rules.RULES)


def _of_usage_error(error: UsageError) -> str:
    # A worker of a DataLoader hands over its traceback as the message.
    return str(error).strip().split('UsageError: ')[-1]


def sentence_of(error: BaseException) -> Optional[str]:
    """What to tell a user about an exception.

    MMEngine, MMCV, MMPretrain and PyTorch raise dozens of exceptions for
    mistakes in a config, a file or an environment. Instead of a check before
    each, the rules here recognise them by their type, their message and the
    functions that they passed through.

    Args:
        error (BaseException): The exception, with its traceback.

    Returns:
        str, optional: A sentence; None for an exception that may be a bug.
    """
    if isinstance(error, UsageError):
        return _of_usage_error(error)
    failure = Failure(error)
    for rule in RULES:
        sentence = rule(failure)
        if sentence:
            return ' '.join(sentence.split())
    return None


def _check_no_argument_is_empty(arguments: List[str]) -> None:
    for before, argument in zip(['', *arguments], arguments):
        if not argument or re.fullmatch(r'--[\w-]+=', argument):
            where = argument or (f'the one after {before}' if before else
                                 'the first')
            raise UsageError(
                f'An argument is empty ({where}), perhaps from a variable '
                'that is not set; give a value or leave the option out.')


@contextmanager
def exit_on_usage_error() -> Iterator[None]:
    """Exit with status 1 and one line for what the user can mend.

    Every tool runs in it, and so takes ``--debug``, which shows the traceback
    instead. An exception that no rule knows keeps its traceback.
    """
    debug = DEBUG in sys.argv[1:]
    if debug:
        sys.argv.remove(DEBUG)
    was_joined = is_distributed()
    try:
        _check_no_argument_is_empty(sys.argv[1:])
        yield
        if is_distributed() and not was_joined:
            # Else threads of gloo may abort a process that has done its work.
            dist.destroy_process_group()
    except Exception as error:
        sentence = None if debug else sentence_of(error)
        if sentence is None:
            raise
        hint = '' if isinstance(error, UsageError) else \
            f' ({DEBUG} shows the traceback.)'
        sys.exit(f'{PREFIX}{sentence}{hint}')


def reason_in(log: Path) -> str:
    """Why a tool has failed: ``': '`` and the sentence that ends its output.

    Args:
        log (Path): The file with its output.

    Returns:
        str: Without a full stop; empty if it has ended otherwise, for
        instance by a signal.
    """
    last = log.read_text(errors='replace').rstrip().rpartition('\n')[-1]
    if not last.startswith(PREFIX):
        return ''
    return ': ' + last[len(PREFIX):].rstrip('.')
