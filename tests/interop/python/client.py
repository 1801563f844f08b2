"""The client side of gRPC's interop cases on grpcio: client.py <host:port> <case>. Fails unless the case holds."""

import queue
import sys

import grpc

import service
from service import ECHO_HEADER, ECHO_TRAILER, messages

REQUEST_SIZES = [27182, 8, 1828, 45904]
RESPONSE_SIZES = [31415, 9, 2653, 58979]
LARGE_REQUEST = 271828
LARGE_RESPONSE = 314159
LIMIT = 15
STATUS_MESSAGE = "test status message"
SPECIAL_MESSAGE = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001F608\t\n"

channel = grpc.insecure_channel(sys.argv[1])
stub = service.stub("TestService", channel)


def payload(size):
    return messages.Payload(body=bytes(size))


def output(*sizes, **more):
    parameters = [messages.ResponseParameters(size=size) for size in sizes]
    return messages.StreamingOutputCallRequest(response_parameters=parameters, **more)


def large(**more):
    return messages.SimpleRequest(response_size=LARGE_RESPONSE, payload=payload(LARGE_REQUEST), **more)


def flag(value):
    return messages.BoolValue(value=value)


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call did not fail")


def sizes(responses):
    return [len(response.payload.body) for response in responses]


class Requests:
    """A request stream that is fed while the call runs."""

    def __init__(self):
        self._queue = queue.Queue()

    def send(self, request):
        self._queue.put(request)

    def end(self):
        self._queue.put(None)

    def __iter__(self):
        return self

    def __next__(self):
        request = self._queue.get()
        if request is None:
            raise StopIteration
        return request


def empty_unary():
    assert stub.EmptyCall(messages.Empty(), timeout=LIMIT) == messages.Empty()


def large_unary():
    assert len(stub.UnaryCall(large(), timeout=LIMIT).payload.body) == LARGE_RESPONSE


def client_streaming():
    requests = (messages.StreamingInputCallRequest(payload=payload(size)) for size in REQUEST_SIZES)
    assert stub.StreamingInputCall(requests, timeout=LIMIT).aggregated_payload_size == 74922


def server_streaming():
    assert sizes(stub.StreamingOutputCall(output(*RESPONSE_SIZES), timeout=LIMIT)) == RESPONSE_SIZES


def ping_pong():
    requests = Requests()
    responses = stub.FullDuplexCall(requests, timeout=LIMIT)
    for sent, expected in zip(REQUEST_SIZES, RESPONSE_SIZES):
        requests.send(output(expected, payload=payload(sent)))
        assert len(next(responses).payload.body) == expected
    requests.end()
    assert sizes(responses) == []


def empty_stream():
    assert sizes(stub.FullDuplexCall(iter([]), timeout=LIMIT)) == []


def timeout_on_sleeping_server():
    sleepy = messages.StreamingOutputCallRequest(
        response_parameters=[messages.ResponseParameters(size=1, interval_us=20_000_000)], payload=payload(27182))
    requests = Requests()
    requests.send(sleepy)
    error = failure(lambda: list(stub.FullDuplexCall(requests, timeout=0.1)))
    requests.end()
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, error


def cancel_after_begin():
    requests = Requests()
    call = stub.StreamingInputCall.future(requests, timeout=LIMIT)
    call.cancel()
    requests.end()
    assert call.cancelled() and call.code() == grpc.StatusCode.CANCELLED


def cancel_after_first_response():
    requests = Requests()
    responses = stub.FullDuplexCall(requests, timeout=LIMIT)
    requests.send(output(31415))
    assert len(next(responses).payload.body) == 31415
    responses.cancel()
    error = failure(lambda: next(responses))
    requests.end()
    assert error.code() == grpc.StatusCode.CANCELLED, error


def status_of(text, duplex):
    status = messages.EchoStatus(code=grpc.StatusCode.UNKNOWN.value[0], message=text)
    calls = [lambda: stub.UnaryCall(messages.SimpleRequest(response_status=status), timeout=LIMIT)]
    if duplex:
        calls.append(lambda: list(stub.FullDuplexCall(iter([output(response_status=status)]), timeout=LIMIT)))
    for call in calls:
        error = failure(call)
        assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, text), error


def status_code_and_message():
    status_of(STATUS_MESSAGE, duplex=True)


def special_status_message():
    status_of(SPECIAL_MESSAGE, duplex=False)


def unimplemented_method():
    error = failure(lambda: stub.UnimplementedCall(messages.Empty(), timeout=LIMIT))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error


def unimplemented_service():
    other = service.stub("UnimplementedService", channel)
    error = failure(lambda: other.UnimplementedCall(messages.Empty(), timeout=LIMIT))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED, error


def custom_metadata():
    sent = ((ECHO_HEADER, "test_initial_metadata_value"), (ECHO_TRAILER, b"\xab\xab\xab"))

    def check(call):
        assert dict(call.initial_metadata())[ECHO_HEADER] == "test_initial_metadata_value"
        assert dict(call.trailing_metadata())[ECHO_TRAILER] == b"\xab\xab\xab"

    _, call = stub.UnaryCall.with_call(large(), metadata=sent, timeout=LIMIT)
    check(call)
    responses = stub.FullDuplexCall(iter([output(31415)]), metadata=sent, timeout=LIMIT)
    assert sizes(responses) == [31415]
    check(responses)


def client_compressed_unary():
    error = failure(lambda: stub.UnaryCall(large(expect_compressed=flag(True)), timeout=LIMIT))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    for compressed, compression in ((True, grpc.Compression.Gzip), (False, grpc.Compression.NoCompression)):
        response = stub.UnaryCall(large(expect_compressed=flag(compressed)), compression=compression, timeout=LIMIT)
        assert len(response.payload.body) == LARGE_RESPONSE


def server_compressed_streaming():
    request = messages.StreamingOutputCallRequest(response_parameters=[
        messages.ResponseParameters(size=31415, compressed=flag(True)),
        messages.ResponseParameters(size=92653, compressed=flag(False)),
    ])
    assert sizes(stub.StreamingOutputCall(request, timeout=LIMIT)) == [31415, 92653]


CASES = [
    empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream, timeout_on_sleeping_server,
    cancel_after_begin, cancel_after_first_response, status_code_and_message, special_status_message,
    unimplemented_method, unimplemented_service, custom_metadata, client_compressed_unary, server_compressed_streaming,
]
{case.__name__: case for case in CASES}[sys.argv[2]]()
