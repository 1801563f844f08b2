using System.Diagnostics;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Stages;
using VideoGrain.ServiceDefaults.Telemetry;
using VideoGrain.Tensors;

namespace VideoGrain.ServiceDefaults.Models;

/// <summary>What the gRPC services of stages with an engine share.</summary>
public sealed class StageHost(
    ModelCatalog catalog, ModelCache cache, StageSlots slots, EngineTurn turn, StageInstruments instruments, ServiceSpans spans, ErrorTranslator translator, Drain drain,
    Vitals vitals, TimeProvider time, ServiceDescription service, IEngine engine, IOptions<StageLimitsOptions> limits)
{
    /// <summary>Limits in force.</summary>
    public StageLimitsOptions Limits => limits.Value;

    /// <summary>The stage's measurements.</summary>
    public StageInstruments Instruments => instruments;

    /// <summary>Clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Shutdown of the service.</summary>
    public Drain Drain => drain;

    /// <summary>Whether a call would be answered busy now.</summary>
    public bool IsBusy => slots.IsBusy;

    /// <summary>Jobs that run now.</summary>
    public int RunningJobs => slots.Running;

    /// <summary>Descriptions of the models.</summary>
    public IReadOnlyList<ModelInfo> Models => cache.Describe();

    /// <summary>Limits for callers.</summary>
    public StageLimits DescribeLimits() => Limits.Describe(slots.Capacity);

    /// <summary>What runs here.</summary>
    public BuildInfo DescribeBuild() => new() { Version = service.Version, Revision = service.Revision, Engine = engine.Name, Device = engine.Device };

    /// <summary>Description of a loaded model.</summary>
    public ModelInfo Describe(LoadedModel model) => model.Describe(model.Folder.Name == catalog.DefaultName);

    /// <summary>Runs a job in the stage's slot and counts how it ends. A lost device ends the stage: it takes no more work and asks to be restarted.</summary>
    /// <param name="jobId">The job's id, for trace and log.</param>
    /// <param name="logger">The log of the job's steps.</param>
    /// <param name="job">The job; it computes in its turn at the engine.</param>
    /// <exception cref="VideoGrainException">The stage is busy or shutting down, or what the job throws.</exception>
    public async Task RunJobAsync(string jobId, ILogger logger, Func<StageJob, Task> job)
    {
        var scope = new JobScope(jobId, instruments.Stage);
        Activity.Current?.SetTag(SpanTags.JobId, scope.JobId).SetTag(SpanTags.Stage, instruments.Stage);
        using var open = logger.BeginScope(scope);
        try
        {
            using var slot = slots.Acquire();
            await job(new StageJob(slot, turn, new StageProgressLog(instruments, spans, scope, time, logger)));
        }
        catch (Exception exception)
        {
            var error = translator.Translate(exception);
            instruments.JobFailed(error.Reason);
            Activity.Current?.SetTag(SpanTags.Reason, error.Reason);
            if (error.Reason == ErrorReasons.GpuLost) vitals.Fail(error.Message);
            throw;
        }
    }

    /// <summary>The model that a header names, loaded.</summary>
    /// <param name="name">Its name; empty for the default.</param>
    /// <param name="violations">What else is wrong with the header; reported along when there is no such model.</param>
    /// <param name="cancellation">Ends the wait for the engine.</param>
    /// <exception cref="VideoGrainException">NOT_FOUND with all violations.</exception>
    public async Task<LoadedModel> LoadAsync(string name, ViolationList violations, CancellationToken cancellation)
    {
        if (catalog.Find(name) is not { } folder)
        {
            var known = string.Join(", ", catalog.List().Select(model => model.Name));
            violations.Add("header.model", $"must be one of: {known}", ErrorReasons.ModelNotFound);
            throw new VideoGrainException(StatusCode.NotFound, ErrorReasons.ModelNotFound, $"there is no such model; known are: {known}")
            {
                Violations = violations,
                OmittedViolations = violations.Omitted,
            };
        }

        if (cache.TryGet(folder) is { } loaded) return loaded;

        // Loading blocks for seconds, and first of all until a job that finishes has done with the engine and with a model that may have to go: the request thread is not its place.
        return await Task.Run(
            () =>
            {
                using var engine = turn.Take(cancellation);
                return cache.Get(folder);
            },
            cancellation);
    }
}
