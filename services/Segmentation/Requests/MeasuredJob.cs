using System.Diagnostics;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Hosting;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Requests;

/// <summary>A call in its slot, with its outcome measured; disposing of it frees the slot.</summary>
internal sealed class MeasuredJob(IDisposable slot, StageInstruments instruments, ErrorTranslator errors, Vitals vitals, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Gives the call its job's name, in trace and log; the log's lines carry it until the result is disposed.</summary>
    public IDisposable? Name(string jobId)
    {
        var scope = new JobScope(jobId, instruments.Stage);
        Activity.Current?.SetTag(SpanTags.JobId, scope.JobId).SetTag(SpanTags.Stage, instruments.Stage);
        return logger.BeginScope(scope);
    }

    /// <summary>Runs the call's computation, and measures it without what it waited for its caller's frames.</summary>
    /// <param name="computation">The computation.</param>
    /// <param name="feed">Where its frames come from; null when all is there at the start.</param>
    public void Compute(Action computation, FrameFeed? feed = null)
    {
        var started = time.GetTimestamp();
        try
        {
            computation();
        }
        finally
        {
            instruments.DeviceWorked(StageInstruments.Perceive, time.GetElapsedTime(started) - (feed?.Waited ?? TimeSpan.Zero));
        }
    }

    /// <summary>Runs the call. A lost device ends the stage: it takes no more work and asks to be restarted.</summary>
    /// <param name="work">The work; returns the number of frames that went through.</param>
    public async Task RunAsync(Func<Task<int>> work)
    {
        var started = time.GetTimestamp();
        try
        {
            var frames = await work();
            instruments.JobSucceeded(frames, time.GetElapsedTime(started));
        }
        catch (Exception exception)
        {
            var error = errors.Translate(exception);
            instruments.JobFailed(error.Reason);
            Activity.Current?.SetTag(SpanTags.Reason, error.Reason);
            if (error.Reason == ErrorReasons.GpuLost) vitals.Fail(error.Message);
            throw;
        }
    }

    public void Dispose() => slot.Dispose();
}
