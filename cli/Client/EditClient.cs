using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using VideoGrain.Cli.Specification;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Cli.Client;

/// <summary>The orchestrator as the command line uses it. Calls throw <see cref="RpcException"/>.</summary>
internal sealed class EditClient : IDisposable
{
    private const int ChunkBytes = 1 << 18;
    private const int MaxReconnects = 5;
    private static readonly TimeSpan UnaryPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel;
    private readonly Metadata _headers;
    private readonly TimeProvider _time;

    /// <summary>Creates a client; nothing is connected before the first call.</summary>
    /// <param name="address">Where the orchestrator is, for example <c>http://127.0.0.1:5100</c>.</param>
    /// <param name="apiKey">The caller's key; null where the server asks for none.</param>
    /// <param name="time">Clock of deadlines and pauses.</param>
    public EditClient(Uri address, string? apiKey, TimeProvider time)
    {
        _channel = GrpcChannel.ForAddress(address);
        _headers = apiKey is null ? [] : new Metadata { { "authorization", "Bearer " + apiKey } };
        _time = time;
        Stub = new OrchestratorService.OrchestratorServiceClient(_channel);
    }

    private OrchestratorService.OrchestratorServiceClient Stub { get; }

    /// <summary>Sends an edit; answered when the server has it on disk.</summary>
    public async Task<SubmitEditResponse> SubmitAsync(PreparedEdit edit, CancellationToken cancellation)
    {
        using AsyncClientStreamingCall<SubmitEditRequest, SubmitEditResponse> call = Stub.SubmitEdit(_headers, cancellationToken: cancellation);
        try
        {
            await call.RequestStream.WriteAsync(new SubmitEditRequest { Specification = edit.Message }, cancellation);
            for (int upload = 0; upload < edit.Parts.Count; upload++)
            {
                for (int part = 0; part < edit.Parts[upload].Count; part++)
                    await SendAsync(call.RequestStream, edit.Message.Uploads[upload].Name, part, edit.Parts[upload][part], cancellation);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The server answered before it had read everything; the response below says why.
        }

        return await call.ResponseAsync;
    }

    /// <summary>Follows an edit to its terminal event, across broken connections.</summary>
    public async IAsyncEnumerable<EditEvent> WatchAsync(string id, ulong after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int failures = 0; ;)
        {
            using AsyncServerStreamingCall<WatchEditResponse> call = Stub.WatchEdit(
                new WatchEditRequest { EditId = id, AfterSequence = after }, _headers, cancellationToken: cancellation);
            while (await NextAsync(call, failures, cancellation) is EditEvent next)
            {
                failures = 0;
                after = next.Sequence;
                yield return next;
                if (next.EventCase == EditEvent.EventOneofCase.Finished)
                    yield break;
            }

            failures++;
            await Task.Delay(ReconnectDelay * failures, _time, cancellation);
        }
    }

    /// <summary>Fetches an artifact to a file; the file appears only when its checksum is right.</summary>
    public async Task DownloadAsync(string id, string name, string path, CancellationToken cancellation)
    {
        using AsyncServerStreamingCall<DownloadArtifactResponse> call = Stub.DownloadArtifact(
            new DownloadArtifactRequest { EditId = id, ArtifactName = name }, _headers, cancellationToken: cancellation);
        string partial = path + ".partial";
        try
        {
            string expected = "";
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (FileStream file = File.Create(partial))
            {
                await foreach (DownloadArtifactResponse response in call.ResponseStream.ReadAllAsync(cancellation))
                {
                    if (response.Artifact is Artifact artifact)
                        expected = artifact.Sha256;
                    if (response.Chunk is not ArtifactChunk chunk)
                        continue;
                    if ((long)chunk.Offset != file.Position || Crc32C.Compute(chunk.Data.Span) != chunk.Crc32C)
                        throw new InvalidDataException($"'{name}' arrived damaged.");
                    hash.AppendData(chunk.Data.Span);
                    await file.WriteAsync(chunk.Data.Memory, cancellation);
                }
            }

            if (Convert.ToHexStringLower(hash.GetCurrentHash()) != expected)
                throw new InvalidDataException($"'{name}' arrived with another checksum than the server stated.");
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    public async Task<Edit> GetAsync(string id, CancellationToken cancellation) =>
        (await Stub.GetEditAsync(new GetEditRequest { EditId = id }, Options(cancellation))).Edit;

    public async Task<Edit> CancelAsync(string id, CancellationToken cancellation) =>
        (await Stub.CancelEditAsync(new CancelEditRequest { EditId = id }, Options(cancellation))).Edit;

    public async Task DeleteAsync(string id, CancellationToken cancellation) =>
        await Stub.DeleteEditAsync(new DeleteEditRequest { EditId = id }, Options(cancellation));

    public async Task<ListEditsResponse> ListAsync(ListEditsRequest request, CancellationToken cancellation) =>
        await Stub.ListEditsAsync(request, Options(cancellation));

    public async Task<OrchestratorServiceGetCapabilitiesResponse> CapabilitiesAsync(CancellationToken cancellation) =>
        await Stub.GetCapabilitiesAsync(new OrchestratorServiceGetCapabilitiesRequest(), Options(cancellation));

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static async Task SendAsync(
        IClientStreamWriter<SubmitEditRequest> stream, string name, int part, UploadPart from, CancellationToken cancellation)
    {
        await using Stream bytes = from.Open();
        byte[] buffer = new byte[ChunkBytes];
        for (long at = 0; at < from.Length;)
        {
            int read = await bytes.ReadAtLeastAsync(buffer, (int)Math.Min(buffer.Length, from.Length - at), throwOnEndOfStream: true, cancellation);
            read = (int)Math.Min(read, from.Length - at);
            ByteString data = ByteString.CopyFrom(buffer, 0, read);
            UploadChunk chunk = new() { Name = name, Part = (uint)part, Offset = (ulong)at, Data = data, Crc32C = Crc32C.Compute(data.Span) };
            await stream.WriteAsync(new SubmitEditRequest { Upload = chunk }, cancellation);
            at += read;
        }
    }

    /// <summary>The next event; null when the connection was lost and trying again may help.</summary>
    private static async Task<EditEvent?> NextAsync(AsyncServerStreamingCall<WatchEditResponse> call, int failures, CancellationToken cancellation)
    {
        try
        {
            if (await call.ResponseStream.MoveNext(cancellation))
                return call.ResponseStream.Current.Event;
            return failures < MaxReconnects ? null
                : throw new RpcException(new Status(StatusCode.Unavailable, "The server ends the watch before the edit has ended."));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable && failures < MaxReconnects)
        {
            return null;
        }
    }

    private CallOptions Options(CancellationToken cancellation) =>
        new(_headers, _time.GetUtcNow().UtcDateTime + UnaryPatience, cancellation);
}
