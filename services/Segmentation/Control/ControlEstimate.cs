using VideoGrain.Media;

namespace VideoGrain.Segmentation.Control;

/// <summary>An estimator, ready to run.</summary>
/// <param name="Name">Its name, as ListModels tells it.</param>
/// <param name="Draw">Draws the control map of a frame, in the frame's size.</param>
internal sealed record ControlEstimate(string Name, Func<Frame, Frame> Draw);
