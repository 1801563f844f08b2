using VideoGrain.Media;

namespace VideoGrain.Segmentation.Control;

/// <summary>An estimator, ready to run; disposing of it gives its model back.</summary>
/// <param name="name">Its name, as ListModels tells it.</param>
/// <param name="draw">Draws the control map of a frame, in the frame's size.</param>
/// <param name="lease">The model it uses; null for built-in estimators.</param>
internal sealed class ControlEstimate(string name, Func<Frame, CancellationToken, Frame> draw, IDisposable? lease = null) : IDisposable
{
    public string Name { get; } = name;

    public Frame Draw(Frame frame, CancellationToken cancellationToken) => draw(frame, cancellationToken);

    public void Dispose() => lease?.Dispose();
}
