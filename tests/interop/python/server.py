"""The server side of gRPC's interop cases on grpcio. Writes "PORT <number>" and serves until its input ends."""

import sys
import time
from concurrent import futures

import grpc

import service
from service import ECHO_HEADER, ECHO_TRAILER, messages

CODES = {code.value[0]: code for code in grpc.StatusCode}


def payload(size):
    return messages.Payload(body=bytes(size))


def echo(context):
    metadata = context.invocation_metadata()
    context.send_initial_metadata([(key, value) for key, value in metadata if key == ECHO_HEADER])
    context.set_trailing_metadata([(key, value) for key, value in metadata if key == ECHO_TRAILER])


def require(status, context):
    if status.code:
        context.abort(CODES[status.code], status.message)


def respond(request, context):
    require(request.response_status, context)
    for parameters in request.response_parameters:
        if parameters.interval_us:
            time.sleep(parameters.interval_us / 1e6)
        if not parameters.compressed.value:
            context.disable_next_message_compression()
        yield messages.StreamingOutputCallResponse(payload=payload(parameters.size))


class TestService:
    def EmptyCall(self, request, context):
        echo(context)
        return messages.Empty()

    def UnaryCall(self, request, context):
        echo(context)
        require(request.response_status, context)
        return messages.SimpleResponse(payload=payload(request.response_size))

    def StreamingInputCall(self, request_iterator, context):
        echo(context)
        total = sum(len(request.payload.body) for request in request_iterator)
        return messages.StreamingInputCallResponse(aggregated_payload_size=total)

    def StreamingOutputCall(self, request, context):
        context.set_compression(grpc.Compression.Gzip)
        echo(context)
        yield from respond(request, context)

    def FullDuplexCall(self, request_iterator, context):
        echo(context)
        for request in request_iterator:
            yield from respond(request, context)


server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
server.add_generic_rpc_handlers((service.handler("TestService", TestService()),))
print("PORT", server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
server.stop(None)
