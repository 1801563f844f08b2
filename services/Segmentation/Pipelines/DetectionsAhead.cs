using VideoGrain.Media;
using VideoGrain.Segmentation.Models;
using VideoGrain.Segmentation.Regions;
using VideoGrain.Segmentation.Requests;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>
/// Lets the detector look at the next frame while the one before is tracked: a model keeps its device busy, tracking a core. No more
/// than one frame is ahead.
/// </summary>
internal sealed class DetectionsAhead : IDisposable
{
    private readonly RegionDetector _detector;
    private readonly MaskCleanUp _cleanUp;
    private readonly FrameFeed _feed;
    private readonly CancellationTokenSource _stop;
    private Task<(Frame Frame, IReadOnlyList<Detection> Found)>? _next;
    private int _left;

    /// <summary>Begins with the first frame.</summary>
    /// <param name="detector">Finds the objects.</param>
    /// <param name="cleanUp">How masks are tidied.</param>
    /// <param name="feed">The frames; nobody else may take any.</param>
    /// <param name="count">Number of frames.</param>
    /// <param name="cancellationToken">Ends runs and waits.</param>
    public DetectionsAhead(RegionDetector detector, MaskCleanUp cleanUp, FrameFeed feed, int count, CancellationToken cancellationToken)
    {
        (_detector, _cleanUp, _feed, _left) = (detector, cleanUp, feed, count);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Begin();
    }

    /// <summary>The next frame and what was found in it; blocks until that is there.</summary>
    /// <exception cref="Exception">The error of the frame's stream, or of the model.</exception>
    public (Frame Frame, IReadOnlyList<Detection> Found) Take()
    {
        var taken = (_next ?? throw new InvalidOperationException("all frames are taken")).GetAwaiter().GetResult();
        Begin();
        return taken;
    }

    /// <summary>Stops the run under way and waits for it: the model may go afterwards.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _next?.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        _stop.Dispose();
    }

    private void Begin()
    {
        if (_left-- <= 0)
        {
            _next = null;
            return;
        }

        _next = Task.Factory.StartNew(
            () =>
            {
                var frame = _feed.Take(_stop.Token);
                return (frame, _detector.Detect(frame, _cleanUp, _stop.Token));
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
