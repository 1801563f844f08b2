using System.Numerics;

namespace VideoGrain.Segmentation.Models;

/// <summary>Scores of every class on a grid that covers a frame.</summary>
/// <param name="Rows">Rows of the grid.</param>
/// <param name="Columns">Columns of the grid.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Values">(rows, columns, classes).</param>
internal sealed record ClassScores(int Rows, int Columns, int Classes, float[] Values)
{
    /// <summary>Takes the part of a network's planes that the frame fills.</summary>
    /// <param name="planes">(classes, rows, columns), covering the network's whole input.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="rows">Rows of a plane.</param>
    /// <param name="columns">Columns of a plane.</param>
    /// <param name="input">How the frame was fitted.</param>
    public static ClassScores Of(ReadOnlySpan<float> planes, int classes, int rows, int columns, ModelInput input)
    {
        var (usedRows, usedColumns, values) = ModelSpace.Used(planes, classes, rows, columns, input);
        return new ClassScores(usedRows, usedColumns, classes, values);
    }

    /// <summary>
    /// The best class of every pixel of a frame, the scores between the grid's points being interpolated. A frame holds many more
    /// pixels than the grid points, so that scores are interpolated pixel by pixel and never held for the whole frame.
    /// </summary>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="background">Class that is no object; -1 when there is none.</param>
    /// <returns>For each pixel its class, and the softmax of that class where it is not the background.</returns>
    public (int[] Labels, float[] Confidence) Best(int width, int height, int background)
    {
        var (labels, confidence) = (new int[width * height], new float[width * height]);
        var (columns, row, scores) = (Axis(Columns, width), new float[Columns * Classes], new float[Classes]);
        var (isBackground, isClear) = (BackgroundPoints(background), new bool[Columns]);
        Array.Fill(labels, background);
        for (var y = 0; y < height; y++)
        {
            // Between points at which a class has the highest score it has that everywhere, and most of a frame is background.
            var at = Axis(Rows, height, y);
            var hasMore = false;
            for (var column = 0; column < Columns; column++)
            {
                isClear[column] = isBackground[(at.First * Columns) + column] && isBackground[(at.Second * Columns) + column];
                hasMore |= !isClear[column];
            }

            if (!hasMore)
                continue;
            Row(at, row);
            for (var x = 0; x < width; x++)
            {
                var (first, second, weight) = columns[x];
                if (isClear[first] && isClear[second])
                    continue;
                Mix(row.AsSpan(first * Classes, Classes), row.AsSpan(second * Classes, Classes), weight, scores);
                (labels[(y * width) + x], confidence[(y * width) + x]) = Best(scores);
            }
        }

        return (labels, confidence);
    }

    private bool[] BackgroundPoints(int background)
    {
        var points = new bool[Rows * Columns];
        for (var i = 0; i < points.Length; i++)
            points[i] = Highest(Values.AsSpan(i * Classes, Classes)) == background;
        return points;
    }

    private static (int Best, float Confidence) Best(ReadOnlySpan<float> scores)
    {
        var best = Highest(scores);
        var (i, sums, highest) = (0, Vector<float>.Zero, new Vector<float>(scores[best]));
        for (; i <= scores.Length - Vector<float>.Count; i += Vector<float>.Count)
            sums += Vector.Exp(new Vector<float>(scores[i..]) - highest);
        var sum = Vector.Sum(sums);
        for (; i < scores.Length; i++)
            sum += MathF.Exp(scores[i] - scores[best]);
        return (best, 1 / sum);
    }

    private static int Highest(ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var c = 1; c < scores.Length; c++)
        {
            if (scores[c] > scores[best])
                best = c;
        }

        return best;
    }

    // Pixel centres lie at half-integers; places outside repeat the edge.
    private static (int First, int Second, float Weight) Axis(int source, int target, int i)
    {
        var centre = Math.Clamp(((i + 0.5) * source / target) - 0.5, 0, source - 1);
        var first = (int)centre;
        return (first, Math.Min(first + 1, source - 1), (float)(centre - first));
    }

    private static (int First, int Second, float Weight)[] Axis(int source, int target)
        => [.. Enumerable.Range(0, target).Select(i => Axis(source, target, i))];

    private static void Mix(ReadOnlySpan<float> first, ReadOnlySpan<float> second, float weight, Span<float> mixed)
    {
        var i = 0;
        for (; i <= mixed.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var from = new Vector<float>(first[i..]);
            (from + (weight * (new Vector<float>(second[i..]) - from))).CopyTo(mixed[i..]);
        }

        for (; i < mixed.Length; i++)
            mixed[i] = first[i] + (weight * (second[i] - first[i]));
    }

    private void Row((int First, int Second, float Weight) at, Span<float> mixed)
    {
        var length = Columns * Classes;
        Mix(Values.AsSpan(at.First * length, length), Values.AsSpan(at.Second * length, length), at.Weight, mixed);
    }
}
