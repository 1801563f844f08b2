using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Cli.Tests;

/// <summary>An orchestrator that plays a script: takes submits, then runs through the states without computing.</summary>
internal sealed class FakeOrchestrator : OrchestratorService.OrchestratorServiceBase
{
    public const string Id = "edit-1";

    public byte[] Video { get; set; } = [.. Enumerable.Range(0, 700_000).Select(i => (byte)(i * 31))];

    /// <summary>What SubmitEdit answers instead of an edit.</summary>
    public VideoGrainException? Refusal { get; set; }

    /// <summary>How the edit ends.</summary>
    public EditState Ending { get; set; } = EditState.Succeeded;

    /// <summary>How often a watch breaks off before it goes through.</summary>
    public int BrokenWatches { get; set; }

    /// <summary>Whether a watch hangs until the edit is cancelled.</summary>
    public bool Hangs { get; set; }

    /// <summary>Whether downloads arrive with a wrong checksum.</summary>
    public bool Damaged { get; set; }

    public EditSpecification? Submitted { get; private set; }

    public Dictionary<string, byte[]> Received { get; } = [];

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string? Authorization { get; private set; }

    public override async Task<SubmitEditResponse> SubmitEdit(IAsyncStreamReader<SubmitEditRequest> requestStream, ServerCallContext context)
    {
        Authorization = context.RequestHeaders.GetValue("authorization");
        await foreach (SubmitEditRequest request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (request.Specification is EditSpecification specification)
                Submitted = specification;
            if (Refusal is VideoGrainException refusal)
                throw refusal.ToRpcException();
            if (request.Upload is not UploadChunk chunk)
                continue;
            Assert.Equal(Crc32C.Compute(chunk.Data.Span), chunk.Crc32C);
            byte[] before = Received.GetValueOrDefault($"{chunk.Name}/{chunk.Part}", []);
            Assert.Equal((ulong)before.Length, chunk.Offset);
            Received[$"{chunk.Name}/{chunk.Part}"] = [.. before, .. chunk.Data.Span];
        }

        return new SubmitEditResponse { Edit = Snapshot(EditState.Queued) };
    }

    public override async Task WatchEdit(WatchEditRequest request, IServerStreamWriter<WatchEditResponse> responseStream, ServerCallContext context)
    {
        CheckId(request.EditId);
        foreach (EditEvent next in Script().Where(e => e.Sequence > request.AfterSequence))
        {
            if (next.Sequence == 4 && Hangs)
                await Cancelled.Task.WaitAsync(context.CancellationToken);
            if (next.Sequence == 3 && BrokenWatches-- > 0)
                throw new RpcException(new Status(StatusCode.Unavailable, "gone"));
            await responseStream.WriteAsync(new WatchEditResponse { Event = next }, context.CancellationToken);
        }
    }

    public override async Task DownloadArtifact(
        DownloadArtifactRequest request, IServerStreamWriter<DownloadArtifactResponse> responseStream, ServerCallContext context)
    {
        CheckId(request.EditId);
        await responseStream.WriteAsync(new DownloadArtifactResponse { Artifact = Result(request.ArtifactName) });
        const int piece = 1 << 19;
        for (int at = 0; at < Video.Length; at += piece)
        {
            ByteString data = ByteString.CopyFrom(Video.AsSpan(at, Math.Min(piece, Video.Length - at)));
            uint crc = Crc32C.Compute(data.Span) ^ (Damaged ? 1u : 0);
            await responseStream.WriteAsync(new DownloadArtifactResponse { Chunk = new ArtifactChunk { Offset = (ulong)at, Data = data, Crc32C = crc } });
        }
    }

    public override Task<GetEditResponse> GetEdit(GetEditRequest request, ServerCallContext context)
    {
        CheckId(request.EditId);
        return Task.FromResult(new GetEditResponse { Edit = Snapshot(Ending) });
    }

    public override Task<ListEditsResponse> ListEdits(ListEditsRequest request, ServerCallContext context)
    {
        int start = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, System.Globalization.CultureInfo.InvariantCulture);
        const int all = 3, page = 2;
        ListEditsResponse response = new();
        for (int i = start; i < Math.Min(all, start + Math.Min(page, (int)request.PageSize)); i++)
            response.Edits.Add(new Edit { Id = $"edit-{i + 1}", State = request.States.FirstOrDefault(EditState.Succeeded) });
        int next = start + response.Edits.Count;
        response.NextPageToken = next < all ? $"{next}" : "";
        return Task.FromResult(response);
    }

    public override Task<CancelEditResponse> CancelEdit(CancelEditRequest request, ServerCallContext context)
    {
        CheckId(request.EditId);
        Cancelled.TrySetResult();
        return Task.FromResult(new CancelEditResponse { Edit = Snapshot(EditState.Cancelled) });
    }

    public override Task<DeleteEditResponse> DeleteEdit(DeleteEditRequest request, ServerCallContext context)
    {
        CheckId(request.EditId);
        return Task.FromResult(new DeleteEditResponse());
    }

    public override Task<OrchestratorServiceGetCapabilitiesResponse> GetCapabilities(
        OrchestratorServiceGetCapabilitiesRequest request, ServerCallContext context) =>
        Task.FromResult(new OrchestratorServiceGetCapabilitiesResponse { Models = { new ModelInfo { Name = "toybox", NativeSize = 128, IsDefault = true } } });

    private static void CheckId(string id)
    {
        if (id != Id)
            throw new VideoGrainException(StatusCode.NotFound, "EDIT_NOT_FOUND", $"There is no edit '{id}'.").ToRpcException();
    }

    private Artifact Result(string name) => new()
    {
        Name = name,
        Kind = name.EndsWith(".png", StringComparison.Ordinal) ? ArtifactKind.Preview : ArtifactKind.Video,
        ByteCount = (ulong)Video.Length,
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Video)),
    };

    private Edit Snapshot(EditState state) => new()
    {
        Id = Id,
        State = state,
        Specification = Submitted,
        Artifacts = { Result("result.mp4"), Result("../../preview 1.png") },
        Failure = state != EditState.Failed ? null : new EditFailure
        {
            Code = (int)StatusCode.Internal,
            Reason = "NONFINITE_LATENTS",
            Message = "The latents are not finite after step 3.",
            Violations = { new FieldViolation { Field = "specification.options.guidance_scale", Description = "too strong" } },
        },
    };

    private EditEvent[] Script() =>
    [
        new() { Sequence = 1, State = EditState.Preparing },
        new() { Sequence = 2, State = EditState.Denoising },
        new() { Sequence = 3, Progress = new StageProgress { Stage = Stage.Denoising, StepsDone = 5, StepCount = 50 } },
        new() { Sequence = 4, Artifact = Result("../../preview 1.png") },
        new() { Sequence = 5, Progress = new StageProgress { Stage = Stage.Denoising, StepsDone = 50, StepCount = 50 } },
        new() { Sequence = 6, Finished = Snapshot(Ending) },
    ];
}
