"""Failures of configs: their syntax, types and options."""
import inspect
import re
from typing import Any, Iterator, List, Optional

from mmengine.registry import Registry

from .failure import Failure, did_you_mean

# What of a config is shown in a message: names and numbers.
PLAIN = (str, int, float, bool, type(None))


def _syntax(failure: Failure) -> Optional[str]:
    """Whatever goes wrong while a config file is read."""
    frame = failure.within('_file2dict', 'mmengine/config/config.py') or \
        failure.within('fromfile', 'mmengine/config/config.py')
    if frame is None:
        return None
    path, error = frame.f_locals['filename'], failure.error
    line = getattr(error, 'lineno', None)
    for inner in failure.frames:
        if inner.f_code.co_filename == path:
            line = inner.f_lineno
    where = f'line {line}: ' if line else ''
    what = getattr(error, 'msg', None) or failure.message
    return (f'The config {path} cannot be read: {where}'
            f'{type(error).__name__}: {what}')


def names_in(registry: Registry) -> Iterator[str]:
    """The types that can be named in a registry, with their scopes."""
    root = registry
    while root.parent is not None:
        root = root.parent
    for each in (registry, root, *root.children.values()):
        foreign = each.scope not in (registry.scope, root.scope)
        for name in each.module_dict:
            yield f'{each.scope}.{name}' if foreign else name


def _unknown_type(failure: Failure) -> Optional[str]:
    found = failure.match(r'^"?\'?(\S+) is not in the (?:(\w+)::)?(.+?) '
                          'registry', KeyError)
    if found is None:
        return None
    word, _, kind = found.groups()
    registry = failure.variable(
        'registry', lambda value: isinstance(value, Registry))
    near = '.' if registry is None else did_you_mean(word, names_in(registry))
    return (f'There is no {kind.replace("_", " ")} {word!r}{near} A type of '
            "ours begins with 'rd_plugins.'; one of your own has to be "
            'imported, see custom_imports.')


def _callee(failure: Failure, qualified: str) -> Any:
    """The class that a config named, or the method that a message names."""
    owner, _, method = qualified.rpartition('.')
    frame = failure.within('build_from_cfg', 'build_functions.py')
    if frame is not None and 'obj_cls' in frame.f_locals:
        return frame.f_locals['obj_cls']
    for frame in reversed(failure.frames):
        if owner in frame.f_globals:
            kind = frame.f_globals[owner]
            return kind if method == '__init__' else getattr(kind, method)
    return None


def options_of(callee: Any) -> List[str]:
    """The names of the arguments of a function, or of a class and its bases,
    as far as arguments are passed on."""
    functions = [callee]
    if inspect.isclass(callee):
        functions = [vars(kind)['__init__'] for kind in callee.__mro__
                     if '__init__' in vars(kind) and kind is not object]
    names = []
    for function in functions:
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):  # written in C
            continue
        names += [each.name for each in parameters if each.kind in (
            each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
        if all(each.kind != each.VAR_KEYWORD for each in parameters):
            break
    return [name for name in dict.fromkeys(names) if name != 'self']


def _was_given(failure: Failure, option: str) -> bool:
    """Whether an option came in a dict, as those of configs do."""
    return any(
        isinstance(value, dict) and option in value
        for frame in failure.frames for value in frame.f_locals.values())


def _unknown_option(failure: Failure) -> Optional[str]:
    found = failure.match(
        r"(\S+)\(\) got an unexpected keyword argument '(.+?)'", TypeError)
    takes_none = failure.match(r'(\S+)\(\) takes no arguments', TypeError)
    if takes_none and failure.within('build_from_cfg', 'build_functions.py'):
        return f'{takes_none[1]} has no options; leave them out.'
    if found is None or not _was_given(failure, found[2]):
        return None
    callee = _callee(failure, found[1])
    owner = found[1].removesuffix('.__init__')
    if inspect.isclass(callee):
        owner = callee.__name__
    known = options_of(callee) if callee is not None else []
    hint = did_you_mean(found[2], known)
    return (f'{owner} has no option {found[2]!r}{hint} It has '
            f'{", ".join(known)}.' if known else
            f'{owner} has no option {found[2]!r}.')


def _absent_key(failure: Failure) -> Optional[str]:
    found = failure.match(
        "'(?:Config|ConfigDict)' object has no attribute '(.+?)'",
        AttributeError)
    if found is None:
        return None
    part = failure.variable(
        'cfg', lambda value: hasattr(value, 'keys')) or {}
    hint = did_you_mean(found[1], map(str, part))
    return f'The config has no {found[1]!r}{hint} It is needed here.'


def _no_type(failure: Failure) -> Optional[str]:
    if not failure.match('must contain the key .{0,2}type', KeyError):
        return None
    part = failure.variable('cfg', lambda value: isinstance(value, dict))
    return (f'A part of the config has no type: {dict(part or {})}; add '
            "type='...'.")


def _no_dict(failure: Failure) -> Optional[str]:
    found = failure.match('cfg should be a dict, ConfigDict or Config, but '
                          "got <class '(.+?)'>", TypeError)
    if found is None:
        return None
    frame = failure.within('build_from_cfg', 'build_functions.py')
    value, kind = (frame.f_locals['cfg'], frame.f_locals['registry'].name) \
        if frame else (found[1], 'part')
    return (f'The config gives {value!r} for a {kind.replace("_", " ")}; '
            "give a dict with its type, such as dict(type='...').")


def _shown(options: dict) -> str:
    return ', '.join(f'{key}={value!r}' for key, value in options.items()
                     if isinstance(value, PLAIN))[:200]


def _refused_options(failure: Failure) -> Optional[str]:
    """A class that was built from a config refuses its options."""
    frame = failure.within('build_from_cfg', 'build_functions.py')
    if frame is None or 'obj_cls' not in frame.f_locals:
        return None
    name = getattr(frame.f_locals['obj_cls'], '__name__', 'It')
    shown = _shown(frame.f_locals['args'])
    reason = re.sub(r'\s+in <.+>$', '', failure.reason)
    return (f'{name} cannot be built from its options'
            f'{f" ({shown})" if shown else ""}: {reason}')


def _refused_by_runner(failure: Failure) -> Optional[str]:
    """The Runner refuses a part of a config before training begins."""
    frame = failure.innermost(
        lambda frame: frame.f_code.co_filename.endswith(
            'mmengine/runner/runner.py')
        and frame.f_code.co_name.startswith(('build_', 'register_', 'setup_',
                                             'from_cfg', 'set_', '__init__')))
    if frame is None:
        return None
    name = frame.f_code.co_name
    part = 'settings' if name in ('__init__', 'from_cfg') else \
        name.partition('_')[2].replace('_', ' ')
    return f'The config\'s {part} cannot be used: {failure.reason}'


RULES = (_syntax, _unknown_type, _unknown_option, _absent_key, _no_type,
         _no_dict, _refused_options, _refused_by_runner)
