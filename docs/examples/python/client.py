"""Edits a clip: client.py HOST:PORT CLIP OUTPUT [KEY]. See docs/api.md."""

import hashlib
import os
import sys
import time

import grpc
from google.rpc import error_details_pb2, status_pb2
from videograin.v1 import orchestrator_service_pb2 as api
from videograin.v1 import orchestrator_service_pb2_grpc as rpc
from videograin.v1 import segmentation_service_pb2 as masks

CHUNK = 1 << 18  # bytes; at most 1 MiB


# <specification>
def specification(clip_size, phrase="two orange moons", steps=6):
    result = api.EditSpecification(
        source_prompt="a green triangle and a black diamond on snow",
        target_prompt="two orange moons on snow",
        clip=api.ClipSource(upload="clip", frame_count=2),
        uploads=[api.Upload(name="clip", format=api.UPLOAD_FORMAT_VIDEO, part_bytes=[clip_size])],
        regions=[api.EditRegion(id="moons", phrase=phrase, source=masks.RegionSource(whole_frame=masks.WholeFrame()))],
    )
    result.options.steps = steps
    result.options.seed = 7
    return result
# </specification>


# <checksum>
def _crc32c_table():
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        yield value


CRC32C = list(_crc32c_table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF
# </checksum>


# <submit>
def submit(stub, wanted, clip):
    def messages():
        yield api.SubmitEditRequest(specification=wanted)
        for offset in range(0, len(clip), CHUNK):
            data = clip[offset : offset + CHUNK]
            yield api.SubmitEditRequest(upload=api.UploadChunk(name="clip", offset=offset, data=data, crc32c=crc32c(data)))

    return stub.SubmitEdit(messages()).edit
# </submit>


# <watch>
def watch(stub, edit_id, patience=10):
    """Yields the edit's events to the last one; goes on after the last one seen when the connection breaks."""
    seen, failures = 0, 0
    while True:
        try:
            for response in stub.WatchEdit(api.WatchEditRequest(edit_id=edit_id, after_sequence=seen)):
                seen, failures = response.event.sequence, 0
                yield response.event
                if response.event.HasField("finished"):
                    return
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE or failures == patience:
                raise
        failures += 1
        time.sleep(0.2 * failures)
# </watch>


# <download>
def download(stub, edit_id, name, path, patience=10):
    """Fetches an artifact; goes on where it stopped when the connection breaks. The file appears only when its checksum is right."""
    partial, artifact, failures = path + ".partial", None, 0
    with open(partial, "wb") as file:
        while artifact is None or file.tell() < artifact.byte_count:
            try:
                request = api.DownloadArtifactRequest(edit_id=edit_id, artifact_name=name, offset=file.tell())
                for response in stub.DownloadArtifact(request):
                    if response.HasField("artifact"):
                        artifact = response.artifact
                    elif crc32c(response.chunk.data) == response.chunk.crc32c:
                        file.write(response.chunk.data)
                        failures = 0
                    else:
                        raise IOError(f"{name} arrived damaged at byte {response.chunk.offset}")
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE or failures == patience:
                    raise
                failures += 1
                time.sleep(0.2 * failures)
    with open(partial, "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != artifact.sha256:
            raise IOError(f"{name} arrived with another checksum")
    os.replace(partial, path)
    return artifact.byte_count
# </download>


# <errors>
def explain(error):
    """What the server says about an error: its stable reason, the fields at fault, the seconds to wait before another try."""
    reason, fields, wait = "", [], None
    trailers = {entry.key: entry.value for entry in error.trailing_metadata() or ()}
    status = status_pb2.Status.FromString(trailers.get("grpc-status-details-bin", b""))
    for detail in status.details:
        info, bad, retry = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(bad):
            fields = [f"{violation.field}: {violation.description}" for violation in bad.field_violations]
        elif detail.Unpack(retry):
            wait = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
    return reason, fields, wait
# </errors>


# <key>
class Key(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor):
    """Adds the caller's key to every call."""

    def __init__(self, key):
        self._header = ("authorization", "Bearer " + key)

    def _call(self, proceed, details, request):
        return proceed(details._replace(metadata=[*(details.metadata or ()), self._header]), request)

    def intercept_unary_unary(self, continuation, client_call_details, request):
        return self._call(continuation, client_call_details, request)

    def intercept_unary_stream(self, continuation, client_call_details, request):
        return self._call(continuation, client_call_details, request)

    def intercept_stream_unary(self, continuation, client_call_details, request_iterator):
        return self._call(continuation, client_call_details, request_iterator)
# </key>


def main(address, clip_path, output, key=None):
    channel = grpc.insecure_channel(address)
    if key:
        channel = grpc.intercept_channel(channel, Key(key))
    stub = rpc.OrchestratorServiceStub(channel)
    with open(clip_path, "rb") as file:
        clip = file.read()

    edit = submit(stub, specification(len(clip)), clip)
    print("submitted", edit.id, flush=True)
    for event in watch(stub, edit.id):
        what = event.WhichOneof("event")
        name = {"state": api.EditState.Name(event.state), "finished": api.EditState.Name(event.finished.state)}.get(what, "")
        print("event", event.sequence, what, name, flush=True)
    print("saved", download(stub, edit.id, "result.mp4", output), flush=True)

    try:
        submit(stub, specification(len(clip), phrase="a polar bear"), clip)
    except grpc.RpcError as error:
        reason, fields, _ = explain(error)
        print("refused", error.code().name, reason, *fields, flush=True)

    longer = submit(stub, specification(len(clip), steps=200), clip)
    # <cancel>
    cancelled = stub.CancelEdit(api.CancelEditRequest(edit_id=longer.id), timeout=30).edit
    # </cancel>
    print("cancelled", api.EditState.Name(cancelled.state), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
