using VideoGrain.Editing.Random;

namespace VideoGrain.Editing.Pictures;

/// <summary>
/// The three strongest principal components of the tokens' self-attention during inversion, as red, green and blue: what the model sees as
/// one thing has one colour. Takes one frame at a time.
/// </summary>
public sealed class AttentionPca
{
    private const int Components = 3;
    private const int Iterations = 50;

    private readonly int _tokens;

    // A direction is known up to its sign: a frame starts at the directions of the frame before, so that colours stay.
    private readonly double[][] _directions;

    /// <summary>Starts before the first frame of a clip.</summary>
    /// <param name="tokens">Tokens of a frame.</param>
    public AttentionPca(int tokens)
    {
        _tokens = tokens;
        _directions = [.. Enumerable.Range(0, Components).Select(component => Start(tokens, (uint)component))];
    }

    /// <summary>One picture for each frame, at the attention's resolution.</summary>
    /// <param name="attention">What the inversion recorded.</param>
    /// <param name="cancellation">Checked between frames.</param>
    public static RgbClip Over(AttentionRecord attention, CancellationToken cancellation = default)
    {
        var pca = new AttentionPca(attention.TokensPerFrame);
        var pixels = new byte[attention.Frames * attention.TokensPerFrame * Components];
        for (var frame = 0; frame < attention.Frames; frame++)
        {
            cancellation.ThrowIfCancellationRequested();
            pca.Next(attention.SelfOf(frame)).CopyTo(pixels, frame * attention.TokensPerFrame * Components);
        }

        return new RgbClip(attention.Frames, attention.Height, attention.Width, pixels);
    }

    /// <summary>The picture of the next frame, [tokens, 3].</summary>
    /// <param name="self">Its self-attention, [tokens, tokens].</param>
    public byte[] Next(ReadOnlySpan<float> self)
    {
        var pixels = new byte[_tokens * Components];
        var points = Centre(self, _tokens);
        for (var component = 0; component < Components; component++)
        {
            var scores = Extract(points, _tokens, _directions[component]);
            var (least, most) = (scores.Min(), scores.Max());
            for (var i = 0; i < _tokens; i++)
                pixels[i * Components + component] = (byte)(most > least ? (scores[i] - least) / (most - least) * byte.MaxValue : 0);
        }

        return pixels;
    }

    private static double[] Centre(ReadOnlySpan<float> rows, int n)
    {
        var points = new double[rows.Length];
        var means = new double[n];
        for (var i = 0; i < rows.Length; i++) means[i % n] += rows[i] / (double)n;
        for (var i = 0; i < rows.Length; i++) points[i] = rows[i] - means[i % n];
        return points;
    }

    private static double[] Start(int n, uint component)
    {
        var start = new float[n];
        new CounterRandom(0, NoisePurpose.Clustering, component).Normal(start);
        return Array.ConvertAll(start, v => (double)v);
    }

    /// <summary>
    /// Finds the strongest direction by power iteration from where <paramref name="direction"/> stands, takes it out of the points, and returns
    /// the points' positions along it.
    /// </summary>
    private static double[] Extract(double[] points, int n, double[] direction)
    {
        var scores = new double[n];
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Normalize(direction);
            Project(points, n, direction, scores);
            Array.Clear(direction);
            for (var i = 0; i < points.Length; i++) direction[i % n] += scores[i / n] * points[i];
        }

        Normalize(direction);
        Project(points, n, direction, scores);
        for (var i = 0; i < points.Length; i++) points[i] -= scores[i / n] * direction[i % n];
        return scores;
    }

    private static void Project(double[] points, int n, double[] direction, double[] scores)
    {
        Array.Clear(scores);
        for (var i = 0; i < points.Length; i++) scores[i / n] += points[i] * direction[i % n];
    }

    private static void Normalize(double[] vector)
    {
        var length = Math.Sqrt(vector.Sum(v => v * v));
        for (var i = 0; length > 0 && i < vector.Length; i++) vector[i] /= length;
    }
}
