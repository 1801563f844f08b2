using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>Small edits.</summary>
internal static class Edits
{
    public const int Steps = 3;
    private const int Frames = 2;
    private const int Side = 64;

    /// <summary>Submits an edit; clips of different seeds differ.</summary>
    public static async Task<Edit> SubmitAsync(
        OrchestratorService.OrchestratorServiceClient client, byte seed, CancellationToken cancellation, Metadata? headers = null, uint steps = Steps)
    {
        byte[] clip = [.. Enumerable.Range(0, Frames * Side * Side * 3).Select(i => (byte)((i / 7) + (seed * 31)))];
        using var call = client.SubmitEdit(headers, cancellationToken: cancellation);
        await call.RequestStream.WriteAsync(new SubmitEditRequest { Specification = Specification(seed, steps) }, cancellation);
        await call.RequestStream.WriteAsync(
            new SubmitEditRequest { Upload = new UploadChunk { Name = "clip", Data = ByteString.CopyFrom(clip), Crc32C = Crc32C.Compute(clip) } }, cancellation);
        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync.WaitAsync(Waiting.Patience, cancellation)).Edit;
    }

    /// <summary>Follows an edit until an event fits; null when it ended before.</summary>
    public static async Task<EditEvent?> FollowAsync(
        OrchestratorService.OrchestratorServiceClient client, string editId, Func<EditEvent, bool> fits, CancellationToken cancellation)
    {
        using var call = client.WatchEdit(new WatchEditRequest { EditId = editId }, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation).WaitAsync(Waiting.Patience, cancellation))
        {
            if (fits(call.ResponseStream.Current.Event)) return call.ResponseStream.Current.Event;
        }

        return null;
    }

    /// <summary>Submits an edit and follows it to its good end.</summary>
    public static async Task<Edit> RunAsync(OrchestratorService.OrchestratorServiceClient client, byte seed, CancellationToken cancellation, Metadata? headers = null)
    {
        var edit = await SubmitAsync(client, seed, cancellation, headers);
        return await FinishAsync(client, edit.Id, cancellation);
    }

    /// <summary>Follows an edit to its good end.</summary>
    public static async Task<Edit> FinishAsync(OrchestratorService.OrchestratorServiceClient client, string editId, CancellationToken cancellation)
    {
        var end = await FollowAsync(client, editId, happened => happened.Finished is not null, cancellation);
        Assert.Equal(EditState.Succeeded, end?.Finished.State);
        return end!.Finished;
    }

    private static EditSpecification Specification(byte seed, uint steps) => new()
    {
        SourcePrompt = "a green triangle and a black diamond on snow",
        TargetPrompt = "two orange moons on snow",
        Clip = new ClipSource { Upload = "clip" },
        Options = new EditOptions { Steps = steps, InversionSteps = Steps },
        Output = new OutputOptions { PreviewEvery = 1 },
        Uploads =
        {
            new Upload
            {
                Name = "clip",
                Format = UploadFormat.Raw,
                RawGeometry = new ClipGeometry { FrameCount = Frames, Height = Side, Width = Side },
                PartBytes = { Frames * Side * Side * 3 },
            },
        },

        // Another name, and so other masks: those of an earlier edit would be taken, and segmentation would have nothing to do.
        Regions = { new EditRegion { Id = $"moons{seed}", Phrase = "two orange moons", Source = new RegionSource { WholeFrame = new WholeFrame() } } },
    };
}
