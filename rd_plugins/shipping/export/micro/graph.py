"""What is in a .tflite file."""
from typing import Any, List, NamedTuple


class Operator(NamedTuple):
    """An operator: its kind, such as ``'CONV_2D'``, and its first output."""
    kind: str
    output: int
    name: str


def read_model(content: bytes) -> Any:
    """The model's flatbuffer as objects."""
    from ai_edge_litert import schema_py_generated as schema
    return schema.ModelT.InitFromObj(
        schema.Model.GetRootAsModel(bytearray(content), 0))


def operators(content: bytes) -> List[Operator]:
    """The operators in the order in which they run."""
    from ai_edge_litert import schema_py_generated as schema
    names = {code: name for name, code in vars(schema.BuiltinOperator).items()}
    model = read_model(content)
    graph = model.subgraphs[0]
    found = []
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        kind = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        if kind == 'CUSTOM':
            kind = code.customCode.decode()
        output = operator.outputs[0]
        found.append(
            Operator(kind, output, graph.tensors[output].name.decode()))
    return found
