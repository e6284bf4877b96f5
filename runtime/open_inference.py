"""Messages of the Open Inference Protocol v2 and of gRPC's health protocol, as their specifications number the fields.

They are described here rather than generated: generated code is tied to a version of protobuf, and images bring their own.
"""

import functools

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "inference.GRPCInferenceService"
HEALTH_SERVICE = "grpc.health.v1.Health"
METHODS = ("ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer")

# Each field: its type, a star for a list, a question mark for one that may be absent, a percent sign for a map from text.
_TENSOR = ("name:string", "datatype:string", "shape:int64*", "parameters:.inference.InferParameter%")
_MODEL = ("name:string", "version:string?")
_INFERENCE = {
    "ServerLiveRequest": (),
    "ServerLiveResponse": ("live:bool",),
    "ServerReadyRequest": (),
    "ServerReadyResponse": ("ready:bool",),
    "ModelReadyRequest": _MODEL,
    "ModelReadyResponse": ("ready:bool",),
    "ServerMetadataRequest": (),
    "ServerMetadataResponse": ("name:string", "version:string", "extensions:string*"),
    "ModelMetadataRequest": _MODEL,
    "ModelMetadataResponse": (
        "name:string",
        "versions:string*",
        "platform:string",
        "inputs:.inference.ModelMetadataResponse.TensorMetadata*",
        "outputs:.inference.ModelMetadataResponse.TensorMetadata*",
        "properties:string%",
    ),
    "ModelMetadataResponse.TensorMetadata": ("name:string", "datatype:string", "shape:int64*"),
    "ModelInferRequest": (
        "model_name:string",
        "model_version:string?",
        "id:string",
        "parameters:.inference.InferParameter%",
        "inputs:.inference.ModelInferRequest.InferInputTensor*",
        "outputs:.inference.ModelInferRequest.InferRequestedOutputTensor*",
        "raw_input_contents:bytes*",
    ),
    "ModelInferRequest.InferInputTensor": (*_TENSOR, "contents:.inference.InferTensorContents"),
    "ModelInferRequest.InferRequestedOutputTensor": ("name:string", "parameters:.inference.InferParameter%"),
    "ModelInferResponse": (
        "model_name:string",
        "model_version:string",
        "id:string",
        "parameters:.inference.InferParameter%",
        "outputs:.inference.ModelInferResponse.InferOutputTensor*",
        "raw_output_contents:bytes*",
    ),
    "ModelInferResponse.InferOutputTensor": (*_TENSOR, "contents:.inference.InferTensorContents"),
    "InferParameter": (
        "bool_param:bool|",
        "int64_param:int64|",
        "string_param:string|",
        "double_param:double|",
        "uint64_param:uint64|",
    ),
    "InferTensorContents": (
        "bool_contents:bool*",
        "int_contents:int32*",
        "int64_contents:int64*",
        "uint_contents:uint32*",
        "uint64_contents:uint64*",
        "fp32_contents:float*",
        "fp64_contents:double*",
        "bytes_contents:bytes*",
    ),
}
_HEALTH = {"HealthCheckRequest": ("service:string",), "HealthCheckResponse": ("status:int32",)}

_Field = descriptor_pb2.FieldDescriptorProto


def _file(package, messages):
    file = descriptor_pb2.FileDescriptorProto(name=f"scorestack/{package}.proto", package=package, syntax="proto3")
    found = {}
    for name, fields in messages.items():
        outer, _, inner = name.rpartition(".")
        message = found[outer].nested_type.add(name=inner) if outer else file.message_type.add(name=name)
        found[name] = message
        for number, field in enumerate(fields, 1):
            _add_field(message, f".{package}.{name}", number, field)
    return file


def _add_field(message, full_name, number, described):
    name, _, kind = described.partition(":")
    kind, mark = (kind[:-1], kind[-1]) if kind[-1] in "*?%|" else (kind, "")
    field = message.field.add(name=name, number=number, label=_Field.LABEL_REPEATED if mark and mark in "*%" else _Field.LABEL_OPTIONAL)
    if mark == "%":
        entry = message.nested_type.add(name=f"{name.title().replace('_', '')}Entry")
        entry.options.map_entry = True
        _set_type(entry.field.add(name="key", number=1, label=_Field.LABEL_OPTIONAL), "string")
        _set_type(entry.field.add(name="value", number=2, label=_Field.LABEL_OPTIONAL), kind)
        kind = f"{full_name}.{entry.name}"
    elif mark in ("?", "|"):
        # An optional field is a choice of its own, by the rules of proto3.
        choice = "parameter_choice" if mark == "|" else f"_{name}"
        if choice not in [one.name for one in message.oneof_decl]:
            message.oneof_decl.add(name=choice)
        field.oneof_index = len(message.oneof_decl) - 1
        field.proto3_optional = mark == "?"
    _set_type(field, kind)


def _set_type(field, kind):
    if kind.startswith("."):
        field.type, field.type_name = _Field.TYPE_MESSAGE, kind
    else:
        field.type = getattr(_Field, f"TYPE_{kind.upper()}")


@functools.lru_cache(maxsize=None)
def message(full_name):
    """The class of a message. The pool is this module's own: others of the same names are not in its way."""
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(full_name))


@functools.lru_cache(maxsize=None)
def _pool():
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(_file("inference", _INFERENCE).SerializeToString())
    pool.AddSerializedFile(_file("grpc.health.v1", _HEALTH).SerializeToString())
    return pool
