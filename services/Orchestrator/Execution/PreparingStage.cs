using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>Gets what inversion and denoising need besides the clip: masks of the regions, control maps, optical flow.</summary>
internal sealed partial class PreparingStage(
    StageChannels channels,
    StageRunner runner,
    StageCache cache,
    IArtifactStore store,
    OrchestratorInstruments instruments,
    IOptions<LimitsOptions> limits,
    IOptions<StageOptions> stages,
    TimeProvider time,
    ILogger<PreparingStage> logger)
{
    private const string Breaker = "segmentation";
    private const string MediaType = "application/octet-stream";
    private const int FlowBytesPerPixel = 8;
    private static readonly string[] Regions = [WorkingNames.Masks, WorkingNames.MaskWarnings];

    /// <summary>Runs the stage; what an earlier worker already got is not asked for again, what an earlier job on the same clip got is taken.</summary>
    /// <exception cref="ArtifactCorruptException">What the caller sent was damaged in the store.</exception>
    public async Task RunAsync(JobContext job)
    {
        await VerifyUploadsAsync(job);
        var missing = Parts(job).Where(part => !part.Names.All(job.Has)).ToList();
        if (missing.Count == 0)
            return;

        var service = await DescribeAsync(job);
        var isCached = true;
        foreach (var part in missing)
        {
            var key = service is null ? null : part.Key(service);
            if (await cache.TryTakeAsync(job, part.Kind, key, part.Names, isWhole: isCached && part == missing[^1]))
            {
                await part.Taken();
                continue;
            }

            isCached = false;
            await runner.RunAsync(job, JobState.Preparing, Breaker, () => 0, part.ComputeAsync);
            await cache.KeepAsync(job, part.Kind, key, part.Names);
        }
    }

    private List<Part> Parts(JobContext job)
    {
        var parts = new List<Part>();
        if (job.Specification.Regions.Count > 0 && !job.Needs.NounRegions)
        {
            parts.Add(new(
                "masks", Regions, service => PreparationKeys.Masks(job, service),
                (budget, stop) => SegmentAsync(job, budget, stop), () => WarnAsync(job)));
        }

        if (job.Control is not null && job.Specification.Control.Upload.Length == 0)
            parts.Add(new("control", [WorkingNames.Control], service => PreparationKeys.Control(job, service), (budget, stop) => EstimateControlAsync(job, budget, stop)));
        if (job.NeedsFlow)
            parts.Add(new("flow", [WorkingNames.Flow], service => PreparationKeys.Flow(job, service), (budget, stop) => EstimateFlowAsync(job, budget, stop)));

        return parts;
    }

    // Nobody can compute these again: an edit of other bytes than the caller's must fail.
    private async Task VerifyUploadsAsync(JobContext job)
    {
        var names = job.Specification.Regions.Where(region => region.Source.Mask is not null).Select(region => WorkingNames.Mask(region.Source.Mask.Name))
            .Prepend(WorkingNames.Frames).Distinct().ToList();
        if (job.Control is not null && job.Specification.Control.Upload.Length > 0)
            names.Add(WorkingNames.Control);

        foreach (var name in names)
            await store.VerifyAsync(job.Get(name).Digest, job.Stop);
    }

    /// <summary>What the segmentation service says of itself; null when it does not answer, and then nothing is cached.</summary>
    public async Task<SegmentationServiceGetCapabilitiesResponse?> DescribeAsync(JobContext job)
    {
        try
        {
            var options = new CallOptions(deadline: time.GetUtcNow().UtcDateTime + stages.Value.CapabilitiesTimeout, cancellationToken: job.Stop);
            return await channels.Segmentation.GetCapabilitiesAsync(new SegmentationServiceGetCapabilitiesRequest(), options);
        }
        catch (RpcException exception) when (!job.Stop.IsCancellationRequested)
        {
            Unknown(logger, job.Job.Id, exception.StatusCode);
            return null;
        }
    }

    /// <summary>Whether the job has the masks of its regions.</summary>
    public static bool HasRegions(JobContext job) => Regions.All(job.Has);

    /// <summary>Gets the masks of all regions; those of nouns must be there already, as if they had been given.</summary>
    public async Task FindRegionsAsync(JobContext job)
    {
        if (!HasRegions(job))
            await runner.RunAsync(job, JobState.Preparing, Breaker, () => 0, (budget, stop) => SegmentAsync(job, budget, stop));
    }

    private async Task SegmentAsync(JobContext job, RetryBudget budget, CancellationToken stop)
    {
        var header = new SegmentVideoHeader { JobId = job.Job.Id, Geometry = job.Geometry };
        header.Regions.Add(job.Specification.Regions.Select(region => new SegmentRegion { Id = region.Id, Source = SourceOf(region) }));
        await using var sink = new TensorSink(store, limits.Value.MaxDecodedBytes);
        IReadOnlyList<string> warnings = [];
        await runner.CallAsync(
            job,
            token => channels.Segmentation.SegmentVideo(runner.CallOptions(token)),
            async (stream, token) =>
            {
                await stream.WriteAsync(new SegmentVideoRequest { Header = header }, token);
                if (job.Specification.Regions.Any(region => PreparationKeys.NeedsModel(region.Source)))
                    await SendAsync("frames", WorkingNames.Frames);

                foreach (var region in job.Specification.Regions)
                {
                    if (region.Source.Mask is { } mask)
                        await SendAsync("masks/" + region.Id, WorkingNames.Mask(mask.Name));
                    else if (region.Source.Noun is not null)
                        await SendAsync("masks/" + region.Id, WorkingNames.NounMask(region.Id));
                }

                async Task SendAsync(string name, string artifact)
                {
                    var tensor = await StoredTensor.OpenAsync(store, name, job.Get(artifact).Digest, token);
                    await runner.SendAsync(JobState.Preparing, tensor, chunk => stream.WriteAsync(new SegmentVideoRequest { Tensor = chunk }, token), token);
                }
            },
            async (message, token) =>
            {
                budget.Progressed();
                switch (message.PayloadCase)
                {
                    case SegmentVideoResponse.PayloadOneofCase.Progress:
                        await job.ReportAsync(message.Progress);
                        break;
                    case SegmentVideoResponse.PayloadOneofCase.Tensor:
                        await KeepAsync(job, sink, message.Tensor, "masks", WorkingNames.Masks, token);
                        break;
                    case SegmentVideoResponse.PayloadOneofCase.Summary:
                        warnings = [.. message.Summary.Regions.SelectMany(region => region.Warnings.Select(warning => $"Region '{region.RegionId}': {warning}"))];
                        break;
                }
            },
            stop);
        StageRunner.Require(job, WorkingNames.Masks);
        var text = Encoding.UTF8.GetBytes(string.Join('\n', warnings.Select(warning => warning.ReplaceLineEndings(" "))));
        await using var writer = await store.CreateAsync(text.Length, job.Held);
        await writer.WriteAsync(text, job.Held);
        await job.RecordAsync(writer, WorkingNames.MaskWarnings, JobArtifactKind.Working, "text/plain");
        await WarnAsync(job);
    }

    private async Task WarnAsync(JobContext job)
    {
        await using var stream = await store.OpenReadAsync(job.Get(WorkingNames.MaskWarnings).Digest, 0, job.Stop);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await job.WarnAsync((await reader.ReadToEndAsync(job.Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task EstimateControlAsync(JobContext job, RetryBudget budget, CancellationToken stop)
    {
        var header = new EstimateControlHeader
        {
            JobId = job.Job.Id,
            Type = job.Control!.Type,
            Model = job.Specification.Control.Model,
            Geometry = job.Geometry,
        };
        await using var sink = new TensorSink(store, job.Job.Clip.ClipBytes);
        await runner.CallAsync(
            job,
            token => channels.Segmentation.EstimateControl(runner.CallOptions(token)),
            (stream, token) => SendFramesAsync(job, stream, new EstimateControlRequest { Header = header }, chunk => new EstimateControlRequest { Tensor = chunk }, token),
            async (message, token) =>
            {
                budget.Progressed();
                if (message.PayloadCase == EstimateControlResponse.PayloadOneofCase.Progress)
                    await job.ReportAsync(message.Progress);
                else if (message.PayloadCase == EstimateControlResponse.PayloadOneofCase.Tensor)
                    await KeepAsync(job, sink, message.Tensor, "control", WorkingNames.Control, token);
            },
            stop);
        StageRunner.Require(job, WorkingNames.Control);
    }

    private async Task EstimateFlowAsync(JobContext job, RetryBudget budget, CancellationToken stop)
    {
        var clip = job.Job.Clip;
        await using var sink = new TensorSink(store, (long)clip.Frames * clip.Height * clip.Width * FlowBytesPerPixel);
        await runner.CallAsync(
            job,
            token => channels.Segmentation.EstimateFlow(runner.CallOptions(token)),
            (stream, token) => SendFramesAsync(
                job, stream, new EstimateFlowRequest { Header = new EstimateFlowHeader { JobId = job.Job.Id, Geometry = job.Geometry } },
                chunk => new EstimateFlowRequest { Tensor = chunk }, token),
            async (message, token) =>
            {
                budget.Progressed();
                if (message.PayloadCase == EstimateFlowResponse.PayloadOneofCase.Progress)
                    await job.ReportAsync(message.Progress);
                else if (message.PayloadCase == EstimateFlowResponse.PayloadOneofCase.Tensor)
                    await KeepAsync(job, sink, message.Tensor, "flow", WorkingNames.Flow, token);
            },
            stop);
        StageRunner.Require(job, WorkingNames.Flow);
    }

    private async Task SendFramesAsync<T>(JobContext job, IClientStreamWriter<T> stream, T header, Func<TensorChunk, T> wrap, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(header, cancellationToken);
        var frames = await StoredTensor.OpenAsync(store, "frames", job.Get(WorkingNames.Frames).Digest, cancellationToken);
        await runner.SendAsync(JobState.Preparing, frames, chunk => stream.WriteAsync(wrap(chunk), cancellationToken), cancellationToken);
    }

    // Tensors that are not asked for, such as "visible" beside "flow", are read and forgotten.
    private async Task KeepAsync(JobContext job, TensorSink sink, TensorChunk chunk, string wanted, string name, CancellationToken cancellationToken)
    {
        instruments.Streamed(JobState.Preparing, sent: false, chunk.Data.Length);
        if (chunk.Name != wanted || await sink.AcceptAsync(chunk, cancellationToken) is not { } writer)
            return;

        await using (writer)
            await job.RecordAsync(writer, name, JobArtifactKind.Working, MediaType);
    }

    private static RegionSource SourceOf(EditRegion region) => region.Source.Noun is null
        ? region.Source
        : new RegionSource { Mask = new GivenMask { Name = region.Id, Threshold = 1 }, Grow = region.Source.Grow };

    [LoggerMessage(LogLevel.Warning, "job {JobId}: the segmentation service does not say what it would use ({Code}); the cache is not asked")]
    private static partial void Unknown(ILogger logger, string jobId, StatusCode code);

    /// <summary>Something that the stage gets.</summary>
    private sealed class Part(
        string kind,
        string[] names,
        Func<SegmentationServiceGetCapabilitiesResponse, string?> key,
        Func<RetryBudget, CancellationToken, Task> compute,
        Func<Task>? taken = null)
    {
        /// <summary>What it is, for metrics.</summary>
        public string Kind => kind;

        /// <summary>The artifacts that it consists of.</summary>
        public string[] Names => names;

        /// <summary>What it depends on, given what the service would use; null when that is not known.</summary>
        public string? Key(SegmentationServiceGetCapabilitiesResponse service) => key(service);

        /// <summary>Has it computed.</summary>
        public Task ComputeAsync(RetryBudget budget, CancellationToken stop) => compute(budget, stop);

        /// <summary>What is to be done when it came from the cache.</summary>
        public Task Taken() => taken?.Invoke() ?? Task.CompletedTask;
    }
}
