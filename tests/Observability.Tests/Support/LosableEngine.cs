using System.Runtime.InteropServices;
using VideoGrain.Tensors;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>An engine whose device can be lost: from then on every operation fails with the text that the CUDA runtime gives.</summary>
internal sealed class LosableEngine(IEngine engine) : IEngine
{
    private volatile bool _isLost;
    private int _operationsSince;

    public string Name => engine.Name;

    public string Device => engine.Device;

    public long BytesInUse => engine.BytesInUse;

    public long PeakBytesInUse => engine.PeakBytesInUse;

    /// <summary>Operations tried on the lost device.</summary>
    public int OperationsSince => Volatile.Read(ref _operationsSince);

    private IEngine Working
    {
        get
        {
            if (!_isLost) return engine;
            Interlocked.Increment(ref _operationsSince);
            throw new ExternalException("CUDA error: uncorrectable ECC error encountered\nCUDA kernel errors might be asynchronously reported at some other API call");
        }
    }

    /// <summary>Loses the device.</summary>
    public void Lose() => _isLost = true;

    public IEngineScope BeginScope() => engine.BeginScope();

    public Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) => Working.Upload(values, shape);

    public void Download(Tensor source, Span<float> destination) => Working.Download(source, destination);

    public LinearWeight PackLinear(HostTensor weight, HostTensor? bias) => Working.PackLinear(weight, bias);

    public ConvWeight PackConv(HostTensor weight, HostTensor? bias, int stride, Padding2d padding) => Working.PackConv(weight, bias, stride, padding);

    public NormWeight PackNorm(HostTensor scale, HostTensor shift) => Working.PackNorm(scale, shift);

    public EmbeddingWeight PackEmbedding(HostTensor table) => Working.PackEmbedding(table);

    public Tensor Linear(Tensor x, LinearWeight weight, Activation activation = Activation.None, Tensor? residual = null) => Working.Linear(x, weight, activation, residual);

    public Tensor LinearGeglu(Tensor x, LinearWeight weight) => Working.LinearGeglu(x, weight);

    public Tensor Conv2d(Tensor x, ConvWeight weight, Tensor? shift = null, Tensor? residual = null) => Working.Conv2d(x, weight, shift, residual);

    public Tensor GroupNorm(Tensor x, NormWeight weight, int groups, float epsilon, int imagesPerStatistic, Activation activation = Activation.None) =>
        Working.GroupNorm(x, weight, groups, epsilon, imagesPerStatistic, activation);

    public Tensor LayerNorm(Tensor x, NormWeight weight, float epsilon) => Working.LayerNorm(x, weight, epsilon);

    public Tensor Activate(Tensor x, Activation activation) => Working.Activate(x, activation);

    public Tensor Combine(Tensor a, float alpha, Tensor b, float beta) => Working.Combine(a, alpha, b, beta);

    public Tensor Affine(Tensor x, float scale, float offset = 0) => Working.Affine(x, scale, offset);

    public Tensor Blend(Tensor mask, Tensor a, Tensor b) => Working.Blend(mask, a, b);

    public Tensor ConcatChannels(Tensor a, Tensor b) => Working.ConcatChannels(a, b);

    public Tensor ConcatBatch(params ReadOnlySpan<Tensor> parts) => Working.ConcatBatch(parts);

    public Tensor UpsampleNearest2x(Tensor x) => Working.UpsampleNearest2x(x);

    public Tensor Embed(EmbeddingWeight table, ReadOnlySpan<int> ids) => Working.Embed(table, ids);

    public Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, float scale, bool causal = false) => Working.Attention(q, k, v, heads, scale, causal);

    public Tensor LayoutAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, LayoutModulation modulation) =>
        Working.LayoutAttention(q, k, v, heads, scale, modulation);

    public Tensor SelectedAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, KeySelection selection) =>
        Working.SelectedAttention(q, k, v, heads, scale, selection);

    public Tensor DiagonalAttentionProbabilities(Tensor q, Tensor k, int heads, float scale, int frames) =>
        Working.DiagonalAttentionProbabilities(q, k, heads, scale, frames);

    public Tensor AttentionScores(Tensor q, Tensor k, int heads, float scale) => Working.AttentionScores(q, k, heads, scale);

    public bool AllFinite(Tensor x) => Working.AllFinite(x);

    public void Dispose() => engine.Dispose();
}
