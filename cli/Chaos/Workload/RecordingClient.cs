using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Cli.Chaos.History;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Cli.Chaos.Workload;

/// <summary>A caller's connection that writes down every call. A call is made once; what to do about an unknown outcome is the caller's business.</summary>
internal sealed class RecordingClient : IDisposable
{
    private const uint PageSize = 50;
    private static readonly TimeSpan UnaryPatience = TimeSpan.FromSeconds(15), WatchPatience = TimeSpan.FromSeconds(25);
    private static readonly StatusCode[] Refusals =
    [
        StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.AlreadyExists, StatusCode.FailedPrecondition, StatusCode.OutOfRange,
        StatusCode.ResourceExhausted, StatusCode.PermissionDenied, StatusCode.Unauthenticated, StatusCode.Unimplemented,
    ];

    private readonly string _name;
    private readonly HistoryRecorder _recorder;
    private readonly TimeProvider _time;
    private readonly GrpcChannel _channel;
    private readonly OrchestratorService.OrchestratorServiceClient _stub;

    /// <summary>Prepares a connection.</summary>
    /// <param name="name">The caller's name in the history.</param>
    /// <param name="address">The orchestrator.</param>
    /// <param name="recorder">The history.</param>
    /// <param name="time">Clock of the deadlines.</param>
    public RecordingClient(string name, Uri address, HistoryRecorder recorder, TimeProvider time)
    {
        (_name, _recorder, _time) = (name, recorder, time);
        _channel = GrpcChannel.ForAddress(address);
        _stub = new OrchestratorService.OrchestratorServiceClient(_channel);
    }

    /// <summary>SubmitEdit.</summary>
    public Task<CallRecord> SubmitAsync(ToyEdit edit, string requestKey, CancellationToken cancellation) => RecordAsync(
        CallKind.Submit,
        c => c with { RequestKey = requestKey, Content = edit.Content, MayFailAs = edit.MayFailAs },
        async _ =>
        {
            using AsyncClientStreamingCall<SubmitEditRequest, SubmitEditResponse> call = _stub.SubmitEdit(Options(UnaryPatience, cancellation));
            try
            {
                foreach (SubmitEditRequest message in edit.Messages(requestKey))
                    await call.RequestStream.WriteAsync(message, cancellation);
                await call.RequestStream.CompleteAsync();
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException)
            {
                // Answered before everything was read; the answer says how.
            }

            SubmitEditResponse answer = await call.ResponseAsync;
            return c => c with { EditId = answer.Edit.Id, Edit = SeenEdit.Of(answer.Edit), AlreadyExisted = answer.AlreadyExisted };
        },
        cancellation);

    /// <summary>GetEdit.</summary>
    public Task<CallRecord> GetAsync(string id, CancellationToken cancellation) => RecordAsync(
        CallKind.Get, c => c with { EditId = id },
        async _ =>
        {
            GetEditResponse answer = await _stub.GetEditAsync(new GetEditRequest { EditId = id }, Options(UnaryPatience, cancellation));
            return c => c with { Edit = SeenEdit.Of(answer.Edit) };
        },
        cancellation);

    /// <summary>ListEdits, page by page to the end.</summary>
    public Task<CallRecord> ListAsync(CancellationToken cancellation) => RecordAsync(
        CallKind.List, c => c,
        async _ =>
        {
            List<SeenEdit> edits = [];
            ListEditsRequest request = new() { PageSize = PageSize };
            do
            {
                ListEditsResponse page = await _stub.ListEditsAsync(request, Options(UnaryPatience, cancellation));
                edits.AddRange(page.Edits.Select(SeenEdit.Of));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            return c => c with { Listed = edits };
        },
        cancellation);

    /// <summary>WatchEdit, until it ends or enough was seen.</summary>
    /// <param name="id">The edit.</param>
    /// <param name="after">Only later events.</param>
    /// <param name="pace">Pause after each event.</param>
    /// <param name="atMost">Events after which the caller leaves.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<CallRecord> WatchAsync(string id, ulong after, TimeSpan pace, int atMost, CancellationToken cancellation) => RecordAsync(
        CallKind.Watch, c => c with { EditId = id, AfterSequence = after },
        async open =>
        {
            using AsyncServerStreamingCall<WatchEditResponse> call = _stub.WatchEdit(
                new WatchEditRequest { EditId = id, AfterSequence = after }, Options(WatchPatience, cancellation));
            for (int seen = 0; seen < atMost; seen++)
            {
                if (!await call.ResponseStream.MoveNext(cancellation))
                    return c => c;
                open.Saw(call.ResponseStream.Current.Event);
                if (pace > TimeSpan.Zero)
                    await Task.Delay(pace, _time, cancellation);
            }

            // The caller's own wish says nothing about the end.
            return c => c with { Outcome = CallOutcome.Unknown };
        },
        cancellation);

    /// <summary>CancelEdit.</summary>
    public Task<CallRecord> CancelAsync(string id, CancellationToken cancellation) => RecordAsync(
        CallKind.Cancel, c => c with { EditId = id },
        async _ =>
        {
            CancelEditResponse answer = await _stub.CancelEditAsync(new CancelEditRequest { EditId = id }, Options(UnaryPatience, cancellation));
            return c => c with { Edit = SeenEdit.Of(answer.Edit) };
        },
        cancellation);

    /// <summary>DeleteEdit.</summary>
    public Task<CallRecord> DeleteAsync(string id, CancellationToken cancellation) => RecordAsync(
        CallKind.Delete, c => c with { EditId = id },
        async _ =>
        {
            await _stub.DeleteEditAsync(new DeleteEditRequest { EditId = id }, Options(UnaryPatience, cancellation));
            return c => c;
        },
        cancellation);

    /// <summary>DownloadArtifact, whole.</summary>
    public Task<CallRecord> DownloadAsync(string id, string artifact, CancellationToken cancellation) => RecordAsync(
        CallKind.Download, c => c with { EditId = id, Artifact = artifact },
        async _ =>
        {
            using AsyncServerStreamingCall<DownloadArtifactResponse> call = _stub.DownloadArtifact(
                new DownloadArtifactRequest { EditId = id, ArtifactName = artifact }, Options(UnaryPatience, cancellation));
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (await call.ResponseStream.MoveNext(cancellation))
            {
                if (call.ResponseStream.Current.Chunk is ArtifactChunk chunk)
                    hash.AppendData(chunk.Data.Span);
            }

            string digest = Convert.ToHexStringLower(hash.GetCurrentHash());
            return c => c with { Sha256 = digest };
        },
        cancellation);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private async Task<CallRecord> RecordAsync(
        CallKind kind, Func<CallRecord, CallRecord> describe, Func<OpenCall, Task<Func<CallRecord, CallRecord>>> work, CancellationToken cancellation)
    {
        OpenCall call = _recorder.Begin(_name, kind, describe);
        try
        {
            return call.End(await work(call));
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or IOException)
        {
            CallRecord record = call.End(c => e is RpcException error ? Failed(c, error) : c with { Outcome = CallOutcome.Unknown });
            cancellation.ThrowIfCancellationRequested();
            return record;
        }
    }

    private static CallRecord Failed(CallRecord call, RpcException error)
    {
        // What a client makes of a lost connection differs from client to client; that no server said so shows in the cause.
        if (error.Status.DebugException is HttpRequestException or IOException)
            return call with { Outcome = CallOutcome.Unknown, Code = "CONNECTION_LOST" };
        return call with
        {
            Outcome = Refusals.Contains(error.StatusCode) ? CallOutcome.Refused : CallOutcome.Unknown,
            Code = Spelled(error.StatusCode),
            Reason = VideoGrainException.FromRpcException(error).Reason,
        };
    }

    private static string Spelled(StatusCode code) => string.Concat(code.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : c.ToString())).ToUpperInvariant();

    private CallOptions Options(TimeSpan patience, CancellationToken cancellation) => new(deadline: _time.GetUtcNow().UtcDateTime + patience, cancellationToken: cancellation);
}
