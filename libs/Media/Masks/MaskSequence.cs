using System.Collections;

namespace VideoGrain.Media;

/// <summary>One region over time: a mask per frame, all of one size.</summary>
public sealed class MaskSequence : IReadOnlyList<Mask>
{
    private readonly Mask[] _masks;

    /// <summary>Gathers masks into a sequence.</summary>
    /// <param name="masks">One mask or more, all of one size.</param>
    /// <exception cref="MediaException">No masks, or masks of different sizes.</exception>
    public MaskSequence(IEnumerable<Mask> masks)
    {
        ArgumentNullException.ThrowIfNull(masks);
        _masks = [.. masks];
        if (_masks.Length == 0)
            throw new MediaException(MediaError.NoFrames, "A mask sequence has at least one mask.");
        for (int i = 1; i < _masks.Length; i++)
        {
            if (_masks[i].Width != Width || _masks[i].Height != Height)
            {
                throw new MediaException(MediaError.SizeMismatch,
                    $"Mask {i} has {_masks[i].Width} x {_masks[i].Height} pixels, mask 0 has {Width} x {Height}.");
            }
        }
    }

    /// <summary>Pixels per row of every mask.</summary>
    public int Width => _masks[0].Width;

    /// <summary>Rows of every mask.</summary>
    public int Height => _masks[0].Height;

    /// <summary>Number of masks; at least 1.</summary>
    public int Count => _masks.Length;

    /// <summary>Whether no frame has a pixel inside.</summary>
    public bool IsEmpty => _masks.All(m => m.IsEmpty);

    /// <summary>The mask of a frame.</summary>
    /// <param name="index">From 0.</param>
    public Mask this[int index] => _masks[index];

    /// <summary>Every mask resampled by nearest neighbour.</summary>
    /// <param name="width">Pixels per row of the result; at least 1.</param>
    /// <param name="height">Rows of the result; at least 1.</param>
    /// <returns>The sequence in its new size.</returns>
    public MaskSequence Resize(int width, int height) => new(_masks.Select(m => m.Resize(width, height)));

    /// <summary>The union with another sequence, frame by frame.</summary>
    /// <param name="other">A sequence of the same size and length.</param>
    /// <returns>The union.</returns>
    /// <exception cref="MediaException">Sizes or lengths differ.</exception>
    public MaskSequence Union(MaskSequence other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count != Count)
            throw new MediaException(MediaError.CountMismatch, $"Sequences of {Count} and {other.Count} masks cannot be combined.");
        return new MaskSequence(_masks.Zip(other._masks, (a, b) => a.Union(b)));
    }

    /// <inheritdoc/>
    public IEnumerator<Mask> GetEnumerator() => ((IEnumerable<Mask>)_masks).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
