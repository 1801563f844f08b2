using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Tests.Support;

/// <summary>Submissions and what callers do with them.</summary>
internal static class Edits
{
    public const int Frames = 3;
    public const int Side = 16;

    /// <summary>A small edit with one region, 6 inversion and 8 denoising steps.</summary>
    public static EditSpecification Specification(string target = "a polar bear in the snow", string phrase = "polar bear")
    {
        var specification = new EditSpecification
        {
            SourcePrompt = "a man in the snow",
            TargetPrompt = target,
            Clip = new ClipSource { Upload = "clip" },
            Options = new EditOptions { Steps = 8, InversionSteps = 6 },
        };
        specification.Uploads.Add(RawClip("clip", Frames, Side, Side));
        specification.Uploads.Add(RawMask("mask", Frames, Side, Side));
        specification.Regions.Add(new EditRegion { Id = "left", Phrase = phrase, Source = new RegionSource { Mask = new GivenMask { Name = "mask" } } });
        return specification;
    }

    public static Upload RawClip(string name, int frames, int height, int width) => Raw(name, frames, height, width, 3);

    public static Upload RawMask(string name, int frames, int height, int width) => Raw(name, frames, height, width, 1);

    /// <summary>Bytes for every upload: a gradient for clips, a half for masks.</summary>
    public static List<byte[]> Bytes(EditSpecification specification, byte seed = 0) =>
        [.. specification.Uploads.SelectMany(upload => upload.PartBytes.Select(size => upload.Name.StartsWith("mask", StringComparison.Ordinal)
            ? [.. Enumerable.Range(0, (int)size).Select(i => (byte)(i % 2 == 0 ? 255 : 0))]
            : Enumerable.Range(0, (int)size).Select(i => (byte)((i * 7) + seed)).ToArray()))];

    /// <summary>The chunks of a submission's uploads, in order.</summary>
    public static IEnumerable<UploadChunk> Chunks(EditSpecification specification, IReadOnlyList<byte[]> bytes, int chunkBytes = TensorLayout.MaxChunkBytes)
    {
        var index = 0;
        foreach (var upload in specification.Uploads)
        {
            for (var part = 0; part < upload.PartBytes.Count; part++, index++)
            {
                for (var offset = 0; offset < bytes[index].Length; offset += chunkBytes)
                    yield return Chunk(upload.Name, part, offset, bytes[index].AsSpan(offset, Math.Min(chunkBytes, bytes[index].Length - offset)));
            }
        }
    }

    public static UploadChunk Chunk(string name, int part, int offset, ReadOnlySpan<byte> data) => new()
    {
        Name = name,
        Part = (uint)part,
        Offset = (ulong)offset,
        Data = ByteString.CopyFrom(data),
        Crc32C = Crc32C.Compute(data),
    };

    public static Task<SubmitEditResponse> SubmitAsync(this RunningOrchestrator orchestrator, EditSpecification specification, byte seed = 0) =>
        orchestrator.SubmitAsync(specification, Chunks(specification, Bytes(specification, seed)));

    public static async Task<string> SubmitToAsync(OrchestratorService.OrchestratorServiceClient client, EditSpecification specification, byte seed = 0) =>
        (await SubmitAsync(client, specification, Chunks(specification, Bytes(specification, seed)))).Edit.Id;

    public static Task<SubmitEditResponse> SubmitAsync(this RunningOrchestrator orchestrator, EditSpecification specification, IEnumerable<UploadChunk> chunks) =>
        SubmitAsync(orchestrator.Client, specification, chunks);

    private static async Task<SubmitEditResponse> SubmitAsync(
        OrchestratorService.OrchestratorServiceClient client, EditSpecification specification, IEnumerable<UploadChunk> chunks)
    {
        using var call = client.SubmitEdit(cancellationToken: Bounded.Token);
        try
        {
            await call.RequestStream.WriteAsync(new SubmitEditRequest { Specification = specification }, Bounded.Token).InTime();
            foreach (var chunk in chunks)
                await call.RequestStream.WriteAsync(new SubmitEditRequest { Upload = chunk }, Bounded.Token).InTime();

            await call.RequestStream.CompleteAsync().InTime();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The server has answered early; its answer follows.
        }

        return await call.ResponseAsync.InTime();
    }

    /// <summary>Follows an edit to its end.</summary>
    public static async Task<List<EditEvent>> WatchAsync(this RunningOrchestrator orchestrator, string editId, ulong after = 0)
    {
        using var call = orchestrator.Client.WatchEdit(new WatchEditRequest { EditId = editId, AfterSequence = after }, cancellationToken: Bounded.Token);
        var events = new List<EditEvent>();
        while (await call.ResponseStream.MoveNext(Bounded.Token).InTime())
            events.Add(call.ResponseStream.Current.Event);

        return events;
    }

    /// <summary>Follows an edit to its end and returns it.</summary>
    public static async Task<Edit> FinishAsync(this RunningOrchestrator orchestrator, string editId) =>
        (await orchestrator.WatchAsync(editId))[^1].Finished;

    /// <summary>Follows an edit until an event fits.</summary>
    public static async Task<EditEvent> WaitForAsync(this RunningOrchestrator orchestrator, string editId, Func<EditEvent, bool> fits)
    {
        using var call = orchestrator.Client.WatchEdit(new WatchEditRequest { EditId = editId }, cancellationToken: Bounded.Token);
        while (await call.ResponseStream.MoveNext(Bounded.Token).InTime())
        {
            if (fits(call.ResponseStream.Current.Event))
                return call.ResponseStream.Current.Event;
        }

        throw new InvalidOperationException("the edit ended before");
    }

    public static async Task<byte[]> DownloadAsync(this RunningOrchestrator orchestrator, string editId, string name, ulong offset = 0, ulong length = 0)
    {
        using var call = orchestrator.Client.DownloadArtifact(
            new DownloadArtifactRequest { EditId = editId, ArtifactName = name, Offset = offset, Length = length }, cancellationToken: Bounded.Token);
        using var bytes = new MemoryStream();
        while (await call.ResponseStream.MoveNext(Bounded.Token).InTime())
        {
            if (call.ResponseStream.Current.Chunk is not { } chunk)
                continue;

            Assert.Equal((long)offset + bytes.Length, (long)chunk.Offset);
            Assert.Equal(Crc32C.Compute(chunk.Data.Span), chunk.Crc32C);
            chunk.Data.WriteTo(bytes);
        }

        return bytes.ToArray();
    }

    private static Upload Raw(string name, int frames, int height, int width, int channels) => new()
    {
        Name = name,
        Format = UploadFormat.Raw,
        RawGeometry = new ClipGeometry { FrameCount = (uint)frames, Height = (uint)height, Width = (uint)width },
        PartBytes = { (ulong)(frames * height * width * channels) },
    };
}
