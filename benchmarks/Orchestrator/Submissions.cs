using Google.Protobuf;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Orchestrator.Benchmarks;

/// <summary>Submits small edits as a caller does.</summary>
internal static class Submissions
{
    private const int Side = 16;
    private const int Frames = 3;
    private const int Channels = 3;

    /// <summary>Submits an edit of a clip of three frames of 16 x 16 pixels; every one has bytes of its own.</summary>
    /// <returns>The edit's id.</returns>
    public static async Task<string> SubmitAsync(OrchestratorService.OrchestratorServiceClient client, int number)
    {
        var clip = new byte[Frames * Side * Side * Channels];
        BitConverter.TryWriteBytes(clip, number);
        var specification = new EditSpecification { SourcePrompt = "a man in the snow", TargetPrompt = "a bear in the snow", Clip = new ClipSource { Upload = "clip" } };
        specification.Uploads.Add(new Upload
        {
            Name = "clip",
            Format = UploadFormat.Raw,
            RawGeometry = new ClipGeometry { FrameCount = Frames, Height = Side, Width = Side },
            PartBytes = { (ulong)clip.Length },
        });
        using var call = client.SubmitEdit();
        await call.RequestStream.WriteAsync(new SubmitEditRequest { Specification = specification });
        await call.RequestStream.WriteAsync(new SubmitEditRequest { Upload = new UploadChunk { Name = "clip", Data = UnsafeByteOperations.UnsafeWrap(clip), Crc32C = Crc32C.Compute(clip) } });
        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync).Edit.Id;
    }
}
