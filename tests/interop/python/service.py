"""Loads the interop service for both peers written in Python: messages, stubs and handlers, made from the .proto file at run time."""

import os
import tempfile
import types

import grpc
from google.protobuf import descriptor_pb2, message_factory
from grpc_tools import protoc

ECHO_HEADER = "x-grpc-test-echo-initial"
ECHO_TRAILER = "x-grpc-test-echo-trailing-bin"

_PROTOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Portable.Grpc.Tests", "protos")


def _compile():
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "test.bin")
        if protoc.main(["protoc", f"-I{_PROTOS}", f"--descriptor_set_out={target}", "test.proto"]) != 0:
            raise RuntimeError("protoc cannot compile test.proto")
        with open(target, "rb") as compiled:
            return descriptor_pb2.FileDescriptorSet.FromString(compiled.read()).file[0]


_FILE = _compile()
_TYPES = message_factory.GetMessages([_FILE])
messages = types.SimpleNamespace(**{name.rsplit(".", 1)[1]: message for name, message in _TYPES.items()})


def _methods(service):
    descriptor = next(candidate for candidate in _FILE.service if candidate.name == service)
    for method in descriptor.method:
        kind = f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
        yield method.name, kind, _TYPES[method.input_type[1:]], _TYPES[method.output_type[1:]]


def stub(service, channel):
    """Makes an object with a callable for each method of a service."""
    result = types.SimpleNamespace()
    for name, kind, request, response in _methods(service):
        call = getattr(channel, kind)(
            f"/{_FILE.package}.{service}/{name}",
            request_serializer=request.SerializeToString,
            response_deserializer=response.FromString)
        setattr(result, name, call)
    return result


def handler(service, implementation):
    """Makes the handler of a service; methods that the implementation lacks are unimplemented."""
    handlers = {}
    for name, kind, request, response in _methods(service):
        if hasattr(implementation, name):
            make = getattr(grpc, f"{kind}_rpc_method_handler")
            handlers[name] = make(
                getattr(implementation, name),
                request_deserializer=request.FromString,
                response_serializer=response.SerializeToString)
    return grpc.method_handlers_generic_handler(f"{_FILE.package}.{service}", handlers)
