using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Options;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.Orchestrator.Submission;
using VideoGrain.Orchestrator.Telemetry;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Scaling;

/// <summary>How much GPU work waits, read from the jobs' table: every replica of the orchestrator gives the same answer.</summary>
internal sealed class GpuBacklog(
    JobsDatabase database,
    JobSignals signals,
    OrchestratorInstruments instruments,
    IOptions<ScalingOptions> options,
    IOptions<LimitsOptions> limits,
    TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Dictionary<string, GpuWork> _work = new(StringComparer.Ordinal);
    private StageSpeeds? _speeds;
    private long _measuredAt;

    /// <summary>GPU-seconds that one replica is to have.</summary>
    public double TargetSeconds => options.Value.TargetSeconds;

    /// <summary>Estimates the backlog and shows it to the metrics.</summary>
    public async Task<BacklogEstimate> EstimateAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var estimate = BacklogEstimate.Of(await OpenJobsAsync(cancellationToken), await SpeedsAsync(cancellationToken), TargetSeconds);
            instruments.SetBacklog(estimate);
            return estimate;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether a stage has anything to do: at once, then whenever that changes, until cancelled.</summary>
    public async IAsyncEnumerable<bool> WatchAsync(JobState stage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Subscribed before the first look: a job that arrives in between is seen by the second.
        using var subscription = signals.SubscribeToWork();
        bool? told = null;
        while (true)
        {
            var isActive = (await EstimateAsync(cancellationToken)).Of(stage) > 0;
            if (isActive != told)
            {
                told = isActive;
                yield return isActive;
            }

            await subscription.WaitAsync(options.Value.PollInterval, time, cancellationToken);
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<List<OpenJob>> OpenJobsAsync(CancellationToken cancellationToken)
    {
        var open = await database.ReadAsync(
            context => context.Jobs.Where(job => job.State < JobState.Succeeded)
                .Select(job => new { job.Id, job.State, job.Progress })
                .ToListAsync(cancellationToken),
            cancellationToken);

        // A job's work never changes: specifications are read once.
        var unknown = open.Where(job => !_work.ContainsKey(job.Id)).Select(job => job.Id).ToList();
        var found = unknown.Count == 0 ? [] : await database.ReadAsync(
            context => context.Jobs.Where(job => unknown.Contains(job.Id)).ToListAsync(cancellationToken), cancellationToken);
        var known = found.ToDictionary(job => job.Id, WorkOf, StringComparer.Ordinal);
        foreach (var job in open)
        {
            if (_work.TryGetValue(job.Id, out var work))
                known[job.Id] = work;
        }

        _work = known;

        // A job that was deleted between the two look-ups is in neither.
        return [.. open.Where(job => known.ContainsKey(job.Id)).Select(job => new OpenJob(job.State, known[job.Id], Done(job.Progress)))];
    }

    private async Task<StageSpeeds> SpeedsAsync(CancellationToken cancellationToken)
    {
        if (_speeds is not null && time.GetElapsedTime(_measuredAt) < options.Value.MeasureInterval)
            return _speeds;

        var ended = await database.ReadAsync(
            context => context.Jobs.Include(job => job.StageRuns)
                .Where(job => job.State == JobState.Succeeded)

                // Ids sort by time.
                .OrderByDescending(job => job.Id).Take(options.Value.MeasuredJobs)
                .ToListAsync(cancellationToken),
            cancellationToken);
        const double tera = 1e12;
        _measuredAt = time.GetTimestamp();
        return _speeds = new StageSpeeds(options.Value.AssumedTeraflops * tera)
            .Measure([.. ended.Select(job => (WorkOf(job), (IReadOnlyCollection<JobStageRun>)[.. job.StageRuns]))]);
    }

    private GpuWork WorkOf(Job job)
    {
        var specification = EditSpecification.Parser.ParseFrom(job.Specification);
        return WorkModel.Count(job.Clip, OptionChecks.Resolve(specification, new ViolationList()), limits.Value.PixelsPerLatent);
    }

    private static double Done(byte[]? progress) =>
        progress is not null && StageProgress.Parser.ParseFrom(progress) is { StepCount: > 0 } stage ? Math.Min(1, (double)stage.StepsDone / stage.StepCount) : 0;
}
