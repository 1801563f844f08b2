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
    /// pixels than the grid points, so that scores are interpolated row by row and never held for the whole frame.
    /// </summary>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="background">Class that is no object; -1 when there is none.</param>
    /// <returns>For each pixel its class + 1, or <see cref="LabelMap.Background"/>, and the softmax of its class where it is not the background.</returns>
    public (int[] Labels, float[] Confidence) Labels(int width, int height, int background)
    {
        var (labels, confidence) = (new int[width * height], new float[width * height]);
        var (columns, row, line) = (Axis(Columns, width), new float[Columns * Classes], new Line(Classes, width, background));
        var (isBackground, isClear) = (BackgroundPoints(background), new bool[Columns]);
        for (var y = 0; y < height; y++)
        {
            // Between points at which a class has the highest score it has that everywhere, and most of a frame is background.
            var at = Axis(Rows, height, y);
            for (var column = 0; column < Columns; column++)
                isClear[column] = isBackground[(at.First * Columns) + column] && isBackground[(at.Second * Columns) + column];
            bool IsClear(int x) => isClear[columns[x].First] && isClear[columns[x].Second];
            var (first, end) = (0, width);
            while (first < end && IsClear(first))
                first++;
            while (end > first && IsClear(end - 1))
                end--;
            if (first == end)
                continue;
            Row(at, row);
            line.Interpolate(row, columns.AsSpan(first, end - first));
            line.Decide(labels.AsSpan((y * width) + first, end - first), confidence.AsSpan((y * width) + first, end - first));
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

    /// <summary>Scores of a row's pixels, class by class, so that pixels are decided several at a time.</summary>
    private sealed class Line(int classes, int width, int background)
    {
        // Room for whole vectors behind the last pixel.
        private readonly int _stride = width + Vector<float>.Count;
        private readonly float[] _scores = new float[classes * (width + Vector<float>.Count)];
        private readonly int[] _labels = new int[width + Vector<float>.Count];
        private readonly float[] _confidence = new float[width + Vector<float>.Count];

        /// <summary>Takes the scores of pixels from a row of the grid, (columns, classes).</summary>
        public void Interpolate(ReadOnlySpan<float> row, ReadOnlySpan<(int First, int Second, float Weight)> pixels)
        {
            for (var c = 0; c < classes; c++)
            {
                var scores = _scores.AsSpan(c * _stride, pixels.Length);
                for (var x = 0; x < scores.Length; x++)
                {
                    var (first, second, weight) = pixels[x];
                    var from = row[(first * classes) + c];
                    scores[x] = from + (weight * (row[(second * classes) + c] - from));
                }
            }
        }

        /// <summary>Chooses each pixel's class; of equal ones the first.</summary>
        public void Decide(Span<int> labels, Span<float> confidence)
        {
            for (var x = 0; x < labels.Length; x += Vector<float>.Count)
            {
                var (highest, best) = (new Vector<float>(_scores, x), Vector<int>.Zero);
                for (var c = 1; c < classes; c++)
                {
                    var score = new Vector<float>(_scores, (c * _stride) + x);
                    var isHigher = Vector.GreaterThan(score, highest);
                    (highest, best) = (Vector.ConditionalSelect(isHigher, score, highest), Vector.ConditionalSelect(isHigher, new Vector<int>(c), best));
                }

                var sum = Vector<float>.Zero;
                for (var c = 0; c < classes; c++)
                    sum += Vector.Exp(new Vector<float>(_scores, (c * _stride) + x) - highest);
                (Vector<float>.One / sum).CopyTo(_confidence, x);
                Vector.ConditionalSelect(Vector.Equals(best, new Vector<int>(background)), new Vector<int>(LabelMap.Background), best + Vector<int>.One).CopyTo(_labels, x);
            }

            _labels.AsSpan(0, labels.Length).CopyTo(labels);
            _confidence.AsSpan(0, labels.Length).CopyTo(confidence);
        }
    }
}
