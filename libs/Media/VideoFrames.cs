using System.Collections;

namespace VideoGrain.Media;

/// <summary>A clip in memory: at least one frame, all of one size, with the rate at which they play.</summary>
public sealed class VideoFrames : IReadOnlyList<Frame>
{
    private readonly Frame[] _frames;

    /// <summary>Gathers frames into a clip.</summary>
    /// <param name="frames">One frame or more, all of one size.</param>
    /// <param name="frameRate">Frames per second.</param>
    /// <exception cref="MediaException">No frames, or frames of different sizes.</exception>
    public VideoFrames(IEnumerable<Frame> frames, FrameRate frameRate)
    {
        ArgumentNullException.ThrowIfNull(frames);
        _frames = [.. frames];
        if (_frames.Length == 0)
            throw new MediaException(MediaError.NoFrames, "A clip has at least one frame.");
        FrameRate = frameRate;
        for (int i = 1; i < _frames.Length; i++)
        {
            if (_frames[i].Width != Width || _frames[i].Height != Height)
            {
                throw new MediaException(MediaError.SizeMismatch,
                    $"Frame {i} has {_frames[i].Width} x {_frames[i].Height} pixels, frame 0 has {Width} x {Height}.");
            }
        }
    }

    /// <summary>Pixels per row of every frame.</summary>
    public int Width => _frames[0].Width;

    /// <summary>Rows of every frame.</summary>
    public int Height => _frames[0].Height;

    /// <summary>Frames per second.</summary>
    public FrameRate FrameRate { get; }

    /// <summary>Number of frames; at least 1.</summary>
    public int Count => _frames.Length;

    /// <summary>The frame at a place in time.</summary>
    /// <param name="index">From 0.</param>
    public Frame this[int index] => _frames[index];

    /// <summary>A clip of other frames at the same rate.</summary>
    /// <param name="change">Makes each frame of the new clip.</param>
    /// <returns>The new clip.</returns>
    public VideoFrames Select(Func<Frame, Frame> change) => new(_frames.Select(change), FrameRate);

    /// <inheritdoc/>
    public IEnumerator<Frame> GetEnumerator() => ((IEnumerable<Frame>)_frames).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
