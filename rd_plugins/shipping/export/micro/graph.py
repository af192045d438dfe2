"""What is in a .tflite file."""
from typing import Any, List, NamedTuple


class Operator(NamedTuple):
    """One operator.

    Args:
        kind (str): Such as ``'CONV_2D'``.
        output (int): Number of its first output.
        tensor (str): The name of that tensor.
    """
    kind: str
    output: int
    tensor: str

    @property
    def layer(self) -> str:
        """The module in PyTorch, such as ``'backbone.layer1.0.conv2'``.

        LiteRT-Torch names tensors by a path of ``package.Class_name``, and a
        fused operator by the paths of all, the last one last.
        """
        path = self.tensor.split(';;')[-1].partition(';')[0].split('/')
        names = [part.rpartition('.')[2].rpartition('_') for part in path]
        return '.'.join(name for kind, _, name in names
                        if kind and name != 'wrapped') or self.tensor


def read_model(content: bytes) -> Any:
    """The model's flatbuffer as objects."""
    from ai_edge_litert import schema_py_generated as schema
    return schema.ModelT.InitFromObj(
        schema.Model.GetRootAsModel(bytearray(content), 0))


def write_model(model: Any) -> bytes:
    """The flatbuffer of objects that :func:`read_model` has returned."""
    import flatbuffers
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b'TFL3')
    return bytes(builder.Output())


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
