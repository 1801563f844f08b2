using VideoGrain.Media;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>An upload as frames of one size.</summary>
/// <param name="Count">Number of frames.</param>
/// <param name="Width">Columns of a frame.</param>
/// <param name="Height">Rows of a frame.</param>
/// <param name="FramesPerSecond">Pace.</param>
/// <param name="Frames">The frames in order; to be read once.</param>
internal sealed record DecodedUpload(int Count, int Width, int Height, double FramesPerSecond, IAsyncEnumerable<Frame> Frames);
