using VideoGrain.Media;

namespace VideoGrain.Orchestrator.Submission;

/// <summary>Which frames of a clip are edited.</summary>
/// <param name="Start">The first, from 0.</param>
/// <param name="Stride">Every so many, 1 or more.</param>
/// <param name="Count">How many.</param>
/// <param name="SourceCount">Frames that the clip has.</param>
internal sealed record FrameSelection(int Start, int Stride, int Count, int SourceCount)
{
    /// <summary>Whether every frame is taken.</summary>
    public bool IsWhole => Start == 0 && Stride == 1 && Count == SourceCount;

    /// <summary>Takes the frames out of a sequence.</summary>
    public IAsyncEnumerable<Frame> Take(IAsyncEnumerable<Frame> frames) =>
        frames.Where((_, index) => index >= Start && (index - Start) % Stride == 0).Take(Count);
}
