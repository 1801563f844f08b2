using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Telemetry;

namespace VideoGrain.Segmentation.Requests;

/// <summary>A call in its slot, with its outcome measured; disposing of it frees the slot.</summary>
internal sealed class MeasuredJob(IDisposable slot, StageInstruments instruments, ErrorTranslator errors, TimeProvider time) : IDisposable
{
    /// <summary>Runs the call.</summary>
    /// <param name="work">The work; returns the number of frames that went through.</param>
    public async Task RunAsync(Func<Task<int>> work)
    {
        var started = time.GetTimestamp();
        try
        {
            var frames = await work();
            instruments.JobSucceeded(frames, time.GetElapsedTime(started));
        }
        catch (Exception error)
        {
            instruments.JobFailed(errors.Translate(error).Reason);
            throw;
        }
    }

    public void Dispose() => slot.Dispose();
}
