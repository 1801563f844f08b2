using VideoGrain.Bench.Machine;
using VideoGrain.Tensors;

namespace VideoGrain.Bench.Profiling;

/// <summary>An engine that passes every call on to another and notes what it cost.</summary>
/// <param name="inner">The other engine.</param>
/// <param name="peak">Reads the FMA peak, per second and per CPU second, between calls; null where nobody asks for it.</param>
internal sealed class TimingEngine(IEngine inner, Func<(double PerSecond, double PerCpuSecond)>? peak = null) : IEngine
{
    private const double Value = sizeof(float);

    private readonly Dictionary<string, KernelTally> _tallies = new(StringComparer.Ordinal);
    private (double PerSecond, double PerCpuSecond) _before = peak?.Invoke() ?? default;

    /// <summary>What the calls since the last <see cref="Clear"/> cost, dearest first.</summary>
    public IReadOnlyList<KernelTally> Tallies => [.. _tallies.Values.OrderByDescending(tally => tally.Seconds)];

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public string Device => inner.Device;

    /// <inheritdoc/>
    public long BytesInUse => inner.BytesInUse;

    /// <inheritdoc/>
    public long PeakBytesInUse => inner.PeakBytesInUse;

    /// <summary>Starts over.</summary>
    public void Clear() => _tallies.Clear();

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    /// <inheritdoc/>
    public IEngineScope BeginScope() => inner.BeginScope();

    /// <inheritdoc/>
    public Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) => inner.Upload(values, shape);

    /// <inheritdoc/>
    public void Download(Tensor source, Span<float> destination) => inner.Download(source, destination);

    /// <inheritdoc/>
    public LinearWeight PackLinear(HostTensor weight, HostTensor? bias) => inner.PackLinear(weight, bias);

    /// <inheritdoc/>
    public ConvWeight PackConv(HostTensor weight, HostTensor? bias, int stride, Padding2d padding) => inner.PackConv(weight, bias, stride, padding);

    /// <inheritdoc/>
    public NormWeight PackNorm(HostTensor scale, HostTensor shift) => inner.PackNorm(scale, shift);

    /// <inheritdoc/>
    public EmbeddingWeight PackEmbedding(HostTensor table) => inner.PackEmbedding(table);

    /// <inheritdoc/>
    public Tensor Linear(Tensor x, LinearWeight weight, Activation activation = Activation.None, Tensor? residual = null)
    {
        var began = Instant.Now;
        var y = inner.Linear(x, weight, activation, residual);
        return Note(began, "linear", $"{Rows(x)} -> {weight.Outputs}", 2.0 * x.ElementCount * weight.Outputs, y, Size(x) + Size(weight) + Size(residual));
    }

    /// <inheritdoc/>
    public Tensor LinearGeglu(Tensor x, LinearWeight weight)
    {
        var began = Instant.Now;
        var y = inner.LinearGeglu(x, weight);
        return Note(began, "GEGLU", $"{Rows(x)} -> {weight.Outputs / 2}", 2.0 * x.ElementCount * weight.Outputs, y, Size(x) + Size(weight));
    }

    /// <inheritdoc/>
    public Tensor Conv2d(Tensor x, ConvWeight weight, Tensor? shift = null, Tensor? residual = null)
    {
        var began = Instant.Now;
        var y = inner.Conv2d(x, weight, shift, residual);
        var window = weight.Kernel * weight.Kernel * weight.Inputs;
        return Note(
            began, $"conv {weight.Kernel}x{weight.Kernel}", $"{x[0]} x {x[1]}x{x[2]}, {weight.Inputs} -> {weight.Outputs}{(weight.Stride > 1 ? $", stride {weight.Stride}" : "")}",
            2.0 * y.ElementCount * window, y, Size(x) + Size(residual) + (Value * window * weight.Outputs));
    }

    /// <inheritdoc/>
    public Tensor GroupNorm(Tensor x, NormWeight weight, int groups, float epsilon, int imagesPerStatistic, Activation activation = Activation.None)
    {
        var began = Instant.Now;
        return Note(began, "group norm", Rows(x), 0, inner.GroupNorm(x, weight, groups, epsilon, imagesPerStatistic, activation), Size(x));
    }

    /// <inheritdoc/>
    public Tensor LayerNorm(Tensor x, NormWeight weight, float epsilon)
    {
        var began = Instant.Now;
        return Note(began, "layer norm", Rows(x), 0, inner.LayerNorm(x, weight, epsilon), Size(x));
    }

    /// <inheritdoc/>
    public Tensor Activate(Tensor x, Activation activation)
    {
        var began = Instant.Now;
        return Note(began, "pointwise", "", 0, inner.Activate(x, activation), Size(x));
    }

    /// <inheritdoc/>
    public Tensor Combine(Tensor a, float alpha, Tensor b, float beta)
    {
        var began = Instant.Now;
        return Note(began, "pointwise", "", 0, inner.Combine(a, alpha, b, beta), Size(a) + Size(b));
    }

    /// <inheritdoc/>
    public Tensor Affine(Tensor x, float scale, float offset = 0)
    {
        var began = Instant.Now;
        return Note(began, "pointwise", "", 0, inner.Affine(x, scale, offset), Size(x));
    }

    /// <inheritdoc/>
    public Tensor Blend(Tensor mask, Tensor a, Tensor b)
    {
        var began = Instant.Now;
        return Note(began, "pointwise", "", 0, inner.Blend(mask, a, b), Size(a) + Size(b));
    }

    /// <inheritdoc/>
    public Tensor ConcatChannels(Tensor a, Tensor b)
    {
        var began = Instant.Now;
        return Note(began, "concatenation", "", 0, inner.ConcatChannels(a, b), Size(a) + Size(b));
    }

    /// <inheritdoc/>
    public Tensor ConcatBatch(params ReadOnlySpan<Tensor> parts)
    {
        var began = Instant.Now;
        var y = inner.ConcatBatch(parts);
        return Note(began, "concatenation", "", 0, y, Size(y));
    }

    /// <inheritdoc/>
    public Tensor UpsampleNearest2x(Tensor x)
    {
        var began = Instant.Now;
        return Note(began, "upsampling", "", 0, inner.UpsampleNearest2x(x), Size(x));
    }

    /// <inheritdoc/>
    public Tensor Embed(EmbeddingWeight table, ReadOnlySpan<int> ids)
    {
        var began = Instant.Now;
        var y = inner.Embed(table, ids);
        return Note(began, "pointwise", "", 0, y, Size(y));
    }

    /// <inheritdoc/>
    public Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, float scale, bool causal = false)
    {
        var began = Instant.Now;
        return Attended(began, "attention", q, k, heads, inner.Attention(q, k, v, heads, scale, causal));
    }

    /// <inheritdoc/>
    public Tensor LayoutAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, LayoutModulation modulation)
    {
        var began = Instant.Now;
        return Attended(began, "ST-Layout attention", q, k, heads, inner.LayoutAttention(q, k, v, heads, scale, modulation));
    }

    /// <inheritdoc/>
    public Tensor SelectedAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, KeySelection selection)
    {
        var began = Instant.Now;
        var y = inner.SelectedAttention(q, k, v, heads, scale, selection);
        return Note(began, "trajectory attention", $"{Rows(q)}, {selection.Width} keys", 4.0 * q.ElementCount * selection.Width, y, Size(q) + Size(k) + Size(v));
    }

    /// <inheritdoc/>
    public Tensor DiagonalAttentionProbabilities(Tensor q, Tensor k, int heads, float scale, int frames) =>
        inner.DiagonalAttentionProbabilities(q, k, heads, scale, frames);

    /// <inheritdoc/>
    public Tensor AttentionScores(Tensor q, Tensor k, int heads, float scale) => inner.AttentionScores(q, k, heads, scale);

    /// <inheritdoc/>
    public bool AllFinite(Tensor x) => inner.AllFinite(x);

    private static string Rows(Tensor x) => $"{x.ElementCount / x[-1]}x{x[-1]}";

    private static double Size(Tensor? x) => x is null ? 0 : Value * x.ElementCount;

    private static double Size(LinearWeight weight) => Value * weight.Inputs * weight.Outputs;

    private Tensor Attended(Instant began, string operation, Tensor q, Tensor k, int heads, Tensor y) => Note(
        began, operation, $"{q[0]} x {heads}x{q[2] / heads}, {q[1]}{(k[1] == q[1] ? "" : $" x {k[1]}")}", 4.0 * q.ElementCount * k[1], y, Size(q) + (2 * Size(k)));

    private Tensor Note(Instant began, string operation, string sizes, double operations, Tensor y, double bytesRead)
    {
        var (seconds, cpu) = began.Elapsed;
        var kernel = sizes.Length == 0 ? operation : $"{operation} {sizes}";
        if (!_tallies.TryGetValue(kernel, out var tally)) _tallies.Add(kernel, tally = new KernelTally { Kernel = kernel, Operation = operation });
        tally.Calls++;
        tally.Seconds += seconds;
        tally.CpuSeconds += cpu;
        tally.Operations += operations;
        if (peak is not null)
        {
            var after = peak();
            tally.Attainable += seconds * (_before.PerSecond + after.PerSecond) / 2;
            tally.CpuAttainable += cpu * (_before.PerCpuSecond + after.PerCpuSecond) / 2;
            _before = after;
        }

        tally.Bytes += bytesRead + Size(y);
        return y;
    }
}
