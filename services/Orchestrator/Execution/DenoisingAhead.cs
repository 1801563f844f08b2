using System.Diagnostics;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// Begins the denoiser's call shortly before the inversion ends, so that the model is loaded and texts, layouts and control features are
/// computed when the latents come. Nothing depends on it: where it fails, the call is made in its turn.
/// </summary>
internal sealed class DenoisingAhead(DenoisingStage stage, JobContext job, TimeSpan ahead, TimeProvider time) : IAsyncDisposable
{
    // An inversion that takes much longer than it said must not keep the denoiser from others.
    private const int Patience = 4;

    // The call is the job's, not the inversion's.
    private readonly Activity? _span = Activity.Current;

    private CancellationTokenSource? _limit;
    private CancellationTokenSource? _stop;
    private DenoisingCall? _call;
    private Task _running = Task.CompletedTask;

    /// <summary>Begins when the inversion's estimate says that its end is near.</summary>
    public void Watch(StageProgress progress)
    {
        if (_call is not null || ahead <= TimeSpan.Zero || progress.Remaining is not { } remaining || remaining.ToTimeSpan() > ahead)
            return;

        _limit = new CancellationTokenSource(ahead * Patience, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, job.Stop);
        _call = stage.NewCall(job, 0);
        var current = Activity.Current;
        Activity.Current = _span;
        _running = _call.RunAsync(stage.Prerequisites(job), _stop.Token);
        Activity.Current = current;
    }

    /// <summary>The call and its end, if it was begun and still waits for latents; it is then the caller's. Null otherwise.</summary>
    public (DenoisingCall Call, Task Running, CancellationTokenSource Stop)? Take()
    {
        if (_call is not { } call || _running.IsCompleted || _limit!.IsCancellationRequested)
            return null;

        // From here on the call takes as long as it takes.
        _limit.CancelAfter(Timeout.InfiniteTimeSpan);
        var running = _running;
        _running = Task.CompletedTask;
        return (call, running, _stop!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop is not null)
            await _stop.CancelAsync();

        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop?.Dispose();
        _limit?.Dispose();
    }
}
