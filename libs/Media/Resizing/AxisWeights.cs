namespace VideoGrain.Media.Resizing;

/// <summary>For each target position along one axis: the first source position, and the weights of it and its successors.</summary>
internal sealed class AxisWeights
{
    private const double PlainCubic = -0.75, AntialiasedCubic = -0.5;

    private AxisWeights(int count)
    {
        First = new int[count];
        Weights = new float[count][];
    }

    public int[] First { get; }

    public float[][] Weights { get; }

    public static AxisWeights Create(int source, int target, ResizeFilter filter)
    {
        AxisWeights axis = new(target);
        double scale = (double)source / target;
        for (int i = 0; i < target; i++)
        {
            double centre = (i + 0.5) * scale;
            switch (filter)
            {
                case ResizeFilter.Nearest:
                    (axis.First[i], axis.Weights[i]) = ((int)((long)i * source / target), [1]);
                    break;
                case ResizeFilter.Area:
                    axis.Cover(i, i * scale, (i + 1) * scale, source);
                    break;
                case ResizeFilter.Bilinear:
                    axis.Interpolate(i, centre, source, 1, Triangle);
                    break;
                case ResizeFilter.Bicubic:
                    axis.Interpolate(i, centre, source, 2, x => Cubic(x, PlainCubic));
                    break;
                case ResizeFilter.BilinearAntialiased:
                    axis.Filter(i, centre, source, Math.Max(scale, 1), 1, Triangle);
                    break;
                case ResizeFilter.BicubicAntialiased:
                    axis.Filter(i, centre, source, Math.Max(scale, 1), 2, x => Cubic(x, AntialiasedCubic));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(filter), filter, "Unknown filter.");
            }
        }

        return axis;
    }

    private static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

    private static double Cubic(double x, double a)
    {
        x = Math.Abs(x);
        if (x < 1)
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    /// <summary>Interpolation without widening; places outside repeat the edge pixel.</summary>
    private void Interpolate(int i, double centre, int source, int reach, Func<double, double> kernel)
    {
        int left = (int)Math.Floor(centre - 0.5) - reach + 1;
        int first = Math.Clamp(left, 0, source - 1), last = Math.Clamp(left + 2 * reach - 1, 0, source - 1);
        float[] weights = new float[last - first + 1];
        for (int k = left; k < left + 2 * reach; k++)
            weights[Math.Clamp(k, 0, source - 1) - first] += (float)kernel(k + 0.5 - centre);
        (First[i], Weights[i]) = (first, weights);
    }

    /// <summary>A kernel as wide as the scale, cut off and renormalised at the edges.</summary>
    private void Filter(int i, double centre, int source, double scale, int reach, Func<double, double> kernel)
    {
        int first = Math.Max(0, (int)(centre - reach * scale + 0.5)), last = Math.Min(source, (int)(centre + reach * scale + 0.5)) - 1;
        double[] weights = [.. Enumerable.Range(first, last - first + 1).Select(k => kernel((k + 0.5 - centre) / scale))];
        double sum = weights.Sum();
        (First[i], Weights[i]) = (first, Array.ConvertAll(weights, w => (float)(w / sum)));
    }

    private void Cover(int i, double from, double to, int source)
    {
        int first = Math.Min((int)from, source - 1), last = Math.Clamp((int)Math.Ceiling(to) - 1, first, source - 1);
        double[] weights = [.. Enumerable.Range(first, last - first + 1).Select(k => Math.Min(k + 1, to) - Math.Max(k, from))];
        double sum = weights.Sum();
        (First[i], Weights[i]) = (first, Array.ConvertAll(weights, w => (float)(w / sum)));
    }
}
