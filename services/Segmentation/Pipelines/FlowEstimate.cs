using VideoGrain.Media;
using VideoGrain.Media.Flow;

namespace VideoGrain.Segmentation.Pipelines;

/// <summary>A flow estimator, ready to run; disposing of it gives its model back.</summary>
/// <param name="name">Its name, as ListModels tells it.</param>
/// <param name="estimate">Estimates the flow from a frame to the next, in their size.</param>
/// <param name="lease">The model it uses; null for the built-in estimator.</param>
internal sealed class FlowEstimate(string name, Func<Frame, Frame, CancellationToken, FlowField> estimate, IDisposable? lease = null) : IDisposable
{
    public string Name { get; } = name;

    public FlowField Run(Frame from, Frame to, CancellationToken cancellationToken) => estimate(from, to, cancellationToken);

    public void Dispose() => lease?.Dispose();
}
