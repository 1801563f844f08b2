using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Editing;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using AttentionGrid = VideoGrain.Editing.Attention.AttentionGrid;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// Divides the clip into clusters of the inversion's attention and turns the nouns of regions into masks, which then go the way of given ones.
/// </summary>
internal sealed class ClusteringStage(
    StageChannels channels,
    StageRunner runner,
    PreparingStage preparing,
    IArtifactStore store,
    StageCache cache,
    OrchestratorInstruments instruments,
    IOptions<LimitsOptions> limits)
{
    private const string MediaType = "application/octet-stream";
    private const string Breaker = "segmentation";
    private const string InversionBreaker = "inversion";
    private const string CacheKind = "clusters";
    private static readonly string[] Results = [WorkingNames.Clusters, WorkingNames.ClusterSummary];

    /// <summary>Runs the stage; what an earlier worker already got is not asked for again.</summary>
    public async Task RunAsync(JobContext job)
    {
        if (!job.Needs.Clusters || (job.Has(WorkingNames.Edited) && Results.All(job.Has)))
            return;

        if (!await cache.AreSoundAsync(job, Results))
        {
            var service = await preparing.DescribeAsync(job);
            var key = service is null ? null : PreparationKeys.Clusters(job, service);
            if (!await cache.TryTakeAsync(job, CacheKind, key, Results, isWhole: false))
            {
                var header = await HeaderAsync(job);
                await runner.RunAsync(job, JobState.Inverting, Breaker, () => 0, (budget, stop) => ClusterAsync(job, header, budget, stop));
                await cache.KeepAsync(job, CacheKind, key, Results);
            }
        }

        if (!job.Needs.NounRegions || PreparingStage.HasRegions(job))
            return;

        await ResolveAsync(job);
        await preparing.FindRegionsAsync(job);
    }

    private async Task ClusterAsync(JobContext job, ClusterInversionHeader header, RetryBudget budget, CancellationToken stop)
    {
        await using var sink = new TensorSink(store, limits.Value.MaxDecodedBytes);
        var found = false;
        await runner.CallAsync(
            job,
            token => channels.Segmentation.ClusterInversion(runner.CallOptions(token)),
            async (stream, token) =>
            {
                await stream.WriteAsync(new ClusterInversionRequest { Header = header }, token);
                await SendAsync("self_attention", WorkingNames.SelfAttention);
                await SendAsync("cross_attention", WorkingNames.CrossAttention);

                async Task SendAsync(string name, string artifact)
                {
                    var tensor = await StoredTensor.OpenAsync(store, name, job.Get(artifact).Digest, token);
                    await runner.SendAsync(JobState.Inverting, tensor, chunk => stream.WriteAsync(new ClusterInversionRequest { Tensor = chunk }, token), token);
                }
            },
            async (message, token) =>
            {
                budget.Progressed();
                switch (message.PayloadCase)
                {
                    case ClusterInversionResponse.PayloadOneofCase.Tensor:
                        instruments.Streamed(JobState.Inverting, sent: false, message.Tensor.Data.Length);
                        if (message.Tensor.Name == "masks" && await sink.AcceptAsync(message.Tensor, token) is { } writer)
                        {
                            await using (writer)
                                await job.RecordAsync(writer, WorkingNames.Clusters, JobArtifactKind.Working, MediaType);
                        }

                        break;
                    case ClusterInversionResponse.PayloadOneofCase.Summary:
                        // How long it took does not belong to the result: equal edits have equal artifacts.
                        message.Summary.ComputeTime = null;
                        await RecordAsync(job, WorkingNames.ClusterSummary, message.Summary.ToByteArray());
                        found = true;
                        break;
                }
            },
            stop);
        if (!found)
            throw new VideoGrainException(StatusCode.Internal, IncomingTensor.ProtocolError, "the stage ended without saying what the clusters are");

        StageRunner.Require(job, Results);
    }

    private async Task<ClusterInversionHeader> HeaderAsync(JobContext job)
    {
        var grid = Grid(job);
        var header = new ClusterInversionHeader
        {
            JobId = job.Job.Id,
            Geometry = job.Geometry,
            SourcePrompt = job.Specification.SourcePrompt,
            ClusterCount = (uint)job.Needs.ClusterCount,
            Seed = job.Options.Seed,
            Rows = (uint)grid.Rows,
            Columns = (uint)grid.Columns,
        };
        if (job.Needs.Nouns.Count == 0)
            return header;

        header.Nouns.Add(job.Needs.Nouns);

        // When to ask again is for the stage that is asked to say, not for the one that computes clusters.
        await runner.RunAsync(job, JobState.Inverting, InversionBreaker, () => 0, async (_, stop) =>
        {
            var matches = await AskForNounsAsync(job, stop);
            header.NounTokens.Add(matches.Select(noun => noun.FirstToken));
            header.NounTokenCounts.Add(matches.Select(noun => noun.TokenCount));
        });
        return header;
    }

    // The inversion service, which has the tokenizer, says where the nouns stand.
    private async Task<IReadOnlyList<NounMatch>> AskForNounsAsync(JobContext job, CancellationToken stop)
    {
        var question = new InvertHeader
        {
            JobId = job.Job.Id,
            Model = job.Specification.Model,
            Geometry = job.Geometry,
            SourcePrompt = job.Specification.SourcePrompt,
            Options = job.Specification.Options,
            Control = job.Control,
        };
        question.Nouns.Add(job.Needs.Nouns);
        var answer = await runner.AskAsync(job, token => channels.Inversion.Invert(runner.CallOptions(token)), new InvertRequest { Header = question }, stop);
        return answer?.Accepted is { } accepted && accepted.Nouns.Count == question.Nouns.Count
            ? accepted.Nouns
            : throw new VideoGrainException(StatusCode.Internal, IncomingTensor.ProtocolError, "the stage did not say where the nouns stand");
    }

    private async Task ResolveAsync(JobContext job)
    {
        var summary = await ReadSummaryAsync(store, job, job.Stop);
        var clusters = await ReadClustersAsync(store, job, job.Stop);
        var violations = new ViolationList();
        for (var i = 0; i < job.Specification.Regions.Count; i++)
        {
            if (job.Specification.Regions[i].Source.Noun is not { } query)
                continue;

            var masks = clusters.Where((_, cluster) => Matches(summary.Clusters[cluster], query)).ToList();
            if (masks.Count == 0)
            {
                var what = query.HasIndex ? $"instance {query.Index} of '{query.Noun}'" : $"'{query.Noun}'";
                violations.Add($"{SpecificationChecks.Root}.regions[{i}].source.noun", $"nothing in the clip was found to be {what}", EditReasons.NounNotFound);
                continue;
            }

            await WriteMaskAsync(job, job.Specification.Regions[i].Id, masks);
        }

        violations.ThrowIfAny();
    }

    private async Task WriteMaskAsync(JobContext job, string region, List<LayoutMask> masks)
    {
        var (frames, height, width) = (job.Job.Clip.Frames, job.Job.Clip.Height, job.Job.Clip.Width);
        var union = new LayoutMask(frames, masks[0].Height, masks[0].Width, Editing.Layouts.RegionMasks.Union(masks));
        var mask = union.Enlarge(Grid(job).LatentsPerToken * limits.Value.PixelsPerLatent, height, width);
        var header = new TensorHeader(ElementType.Uint8, [frames, height, width]);
        await RecordAsync(job, WorkingNames.NounMask(region), [.. header.Encode(), .. mask.Values.Span]);
    }

    private async Task RecordAsync(JobContext job, string name, byte[] bytes)
    {
        await using var writer = await store.CreateAsync(bytes.Length, job.Held);
        await writer.WriteAsync(bytes, job.Held);
        await job.RecordAsync(writer, name, JobArtifactKind.Working, MediaType);
    }

    private AttentionGrid Grid(JobContext job) =>
        AttentionGrid.Of(job.Job.Clip.Height / limits.Value.PixelsPerLatent, job.Job.Clip.Width / limits.Value.PixelsPerLatent);

    private static bool Matches(ClusterResult cluster, NounQuery query) =>
        cluster.Noun == query.Noun && (!query.HasIndex || cluster.Instance == query.Index);

    /// <summary>What the clusters are.</summary>
    internal static async Task<ClusterInversionSummary> ReadSummaryAsync(IArtifactStore store, JobContext job, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(job.Get(WorkingNames.ClusterSummary).Digest, 0, cancellationToken);
        var bytes = new byte[job.Get(WorkingNames.ClusterSummary).Length];
        await TensorHeader.ReadExactlyAsync(stream, bytes, cancellationToken);
        return ClusterInversionSummary.Parser.ParseFrom(bytes);
    }

    /// <summary>Where the clusters are, one mask over all frames for each.</summary>
    internal static async Task<IReadOnlyList<LayoutMask>> ReadClustersAsync(IArtifactStore store, JobContext job, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(job.Get(WorkingNames.Clusters).Digest, 0, cancellationToken);
        var header = await TensorHeader.ReadAsync(stream, cancellationToken);
        if (header is not { ElementType: ElementType.Uint8, Shape: [var count and > 0, var frames, var rows and > 0, var columns and > 0] } || frames != job.Job.Clip.Frames)
            throw new VideoGrainException(StatusCode.Internal, IncomingTensor.ProtocolError, "the clusters from the stage have another shape than asked for");

        var masks = new List<LayoutMask>();
        for (var i = 0; i < count; i++)
        {
            var values = new byte[frames * rows * columns];
            await TensorHeader.ReadExactlyAsync(stream, values, cancellationToken);
            masks.Add(new LayoutMask((int)frames, (int)rows, (int)columns, values));
        }

        return masks;
    }
}
