using VideoGrain.Media;

namespace VideoGrain.Quality;

/// <summary>CLIP-F, CLIP-T and Q-edit (paper, section 5).</summary>
/// <param name="FrameConsistency">CLIP-F: mean cosine similarity of neighbouring frames, in percent; 100 for a single frame.</param>
/// <param name="TextAlignment">CLIP-T: mean cosine similarity of the frames and the target prompt, in percent.</param>
public sealed record ClipScore(double FrameConsistency, double TextAlignment)
{
    private const double Percent = 100;

    /// <summary>Scores a clip.</summary>
    /// <param name="model">The model that embeds frames and prompt.</param>
    /// <param name="edited">The edited frames, 1 or more.</param>
    /// <param name="prompt">The target prompt.</param>
    /// <returns>The scores.</returns>
    /// <exception cref="ArgumentException">There are no frames, or the embeddings differ in length.</exception>
    public static ClipScore Of(IClipModel model, IReadOnlyList<Frame> edited, string prompt)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(edited);
        if (edited.Count == 0)
            throw new ArgumentException("There are no frames.", nameof(edited));
        var text = model.EmbedText(prompt);
        float[][] images = [.. edited.Select(model.EmbedImage)];
        var consistency = images.Length == 1 ? 1 : images.Zip(images.Skip(1), Cosine).Average();
        return new ClipScore(Percent * consistency, Percent * images.Average(image => Cosine(image, text)));
    }

    /// <summary>Q-edit: <see cref="TextAlignment"/> over Warp-Err, so that a faithful but flickering clip does not win.</summary>
    /// <param name="warpError">The clip's <see cref="WarpError"/>, 0 or more.</param>
    /// <returns>The quotient, or null for a clip without any warp error, for which it is not defined.</returns>
    public double? EditQuality(double warpError)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(warpError);
        return warpError == 0 ? null : TextAlignment / warpError;
    }

    private static double Cosine(float[] a, float[] b)
    {
        if (a.Length != b.Length)
            throw new ArgumentException($"Embeddings of {a.Length} and {b.Length} numbers.", nameof(b));
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return aa == 0 || bb == 0 ? 0 : dot / Math.Sqrt(aa * bb);
    }
}
