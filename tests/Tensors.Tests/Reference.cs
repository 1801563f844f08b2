namespace VideoGrain.Tensors.Tests;

/// <summary>Every operation in double precision, written as its definition reads.</summary>
internal static class Reference
{
    public static double Activate(double x, Activation activation) => activation switch
    {
        Activation.Silu => x / (1 + Math.Exp(-x)),
        Activation.QuickGelu => x / (1 + Math.Exp(-1.702 * x)),
        Activation.Gelu => x * NormalDistribution(x),
        _ => x,
    };

    public static double[] Linear(float[] x, float[] weight, float[]? bias, int rows, int inputs, int outputs, Activation activation, float[]? residual)
    {
        var y = new double[rows * outputs];
        for (var r = 0; r < rows; r++)
        {
            for (var o = 0; o < outputs; o++)
            {
                double sum = bias?[o] ?? 0;
                for (var i = 0; i < inputs; i++) sum += (double)x[(r * inputs) + i] * weight[(o * inputs) + i];
                y[(r * outputs) + o] = Activate(sum, activation) + (residual?[(r * outputs) + o] ?? 0);
            }
        }

        return y;
    }

    public static double[] Geglu(float[] x, float[] weight, float[]? bias, int rows, int inputs, int outputs)
    {
        var h = Linear(x, weight, bias, rows, inputs, outputs, Activation.None, null);
        var half = outputs / 2;
        var y = new double[rows * half];
        for (var r = 0; r < rows; r++)
        {
            for (var o = 0; o < half; o++)
                y[(r * half) + o] = h[(r * outputs) + o] * Activate(h[(r * outputs) + half + o], Activation.Gelu);
        }

        return y;
    }

    public static double[] Conv2d(
        float[] x, int n, int h, int w, int inputs, float[] weight, float[]? bias, int outputs, int kernel, int stride, Padding2d padding, float[]? shift, int shifts, float[]? residual, out int oh, out int ow)
    {
        oh = ((h + padding.Top + padding.Bottom - kernel) / stride) + 1;
        ow = ((w + padding.Left + padding.Right - kernel) / stride) + 1;
        var y = new double[n * oh * ow * outputs];
        for (var index = 0; index < y.Length; index++)
        {
            var (o, column, row, image) = (index % outputs, index / outputs % ow, index / outputs / ow % oh, index / outputs / ow / oh);
            double sum = bias?[o] ?? 0;
            for (var ky = 0; ky < kernel; ky++)
            {
                for (var kx = 0; kx < kernel; kx++)
                {
                    var (sy, sx) = ((row * stride) + ky - padding.Top, (column * stride) + kx - padding.Left);
                    if (sy < 0 || sy >= h || sx < 0 || sx >= w) continue;
                    for (var i = 0; i < inputs; i++)
                        sum += (double)x[(((((image * h) + sy) * w) + sx) * inputs) + i] * weight[(((((o * inputs) + i) * kernel) + ky) * kernel) + kx];
                }
            }

            if (shift is not null) sum += shift[(image / (n / shifts) * outputs) + o];
            y[index] = sum + (residual?[index] ?? 0);
        }

        return y;
    }

    public static double[] GroupNorm(float[] x, int statistics, int rows, int channels, float[] scale, float[] shift, int groups, double epsilon, Activation activation)
    {
        var y = new double[x.Length];
        var perGroup = channels / groups;
        for (var s = 0; s < statistics; s++)
        {
            for (var g = 0; g < groups; g++)
            {
                var indices = new List<int>();
                for (var r = 0; r < rows; r++)
                {
                    for (var c = g * perGroup; c < (g + 1) * perGroup; c++) indices.Add((((s * rows) + r) * channels) + c);
                }

                var mean = indices.Average(i => (double)x[i]);
                var variance = indices.Average(i => (x[i] - mean) * (x[i] - mean));
                foreach (var i in indices)
                    y[i] = Activate(((x[i] - mean) / Math.Sqrt(variance + epsilon) * scale[i % channels]) + shift[i % channels], activation);
            }
        }

        return y;
    }

    /// <summary>Attention with the explicit score matrix; <paramref name="change"/> edits one row of scaled scores before the softmax.</summary>
    public static double[] Attention(
        float[] q, float[] k, float[] v, int batch, int keyBatch, int queries, int keys, int heads, int size, double scale, Action<int, double[]>? change = null)
    {
        var channels = heads * size;
        var y = new double[batch * queries * channels];
        for (var b = 0; b < batch; b++)
        {
            for (var h = 0; h < heads; h++)
            {
                for (var i = 0; i < queries; i++)
                {
                    var row = Probabilities(q, k, b, b / (batch / keyBatch), queries, keys, heads, size, scale, h, i, change);
                    for (var d = 0; d < size; d++)
                    {
                        double sum = 0;
                        for (var j = 0; j < keys; j++) sum += row[j] * v[((((b / (batch / keyBatch)) * keys) + j) * channels) + (h * size) + d];
                        y[(((b * queries) + i) * channels) + (h * size) + d] = sum;
                    }
                }
            }
        }

        return y;
    }

    public static double[] Scores(float[] q, float[] k, int b, int keyEntry, int queries, int keys, int heads, int size, double scale, int head, int query)
    {
        var channels = heads * size;
        var row = new double[keys];
        for (var j = 0; j < keys; j++)
        {
            for (var d = 0; d < size; d++)
                row[j] += scale * q[(((b * queries) + query) * channels) + (head * size) + d] * k[(((keyEntry * keys) + j) * channels) + (head * size) + d];
        }

        return row;
    }

    public static double[] Probabilities(
        float[] q, float[] k, int b, int keyEntry, int queries, int keys, int heads, int size, double scale, int head, int query, Action<int, double[]>? change = null)
    {
        var row = Scores(q, k, b, keyEntry, queries, keys, heads, size, scale, head, query);
        change?.Invoke(query, row);
        var max = row.Max();
        for (var j = 0; j < keys; j++) row[j] = Math.Exp(row[j] - max);
        var total = row.Sum();
        for (var j = 0; j < keys; j++) row[j] /= total;
        return row;
    }

    private static double NormalDistribution(double x)
    {
        // Phi by its series for small arguments, by the continued fraction of the tail for large ones.
        var z = Math.Abs(x);
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        double upper;
        if (z < 3)
        {
            double term = z, sum = z;
            for (var n = 1; n < 200; n++)
            {
                term *= z * z / ((2 * n) + 1);
                sum += term;
            }

            upper = 0.5 - (density * sum);
        }
        else
        {
            var fraction = z;
            for (var n = 200; n >= 1; n--) fraction = z + (n / fraction);
            upper = density / fraction;
        }

        return x < 0 ? upper : 1 - upper;
    }
}
