using System.Runtime.InteropServices;
using VideoGrain.Tensors;

namespace VideoGrain.Observability.Tests.Support;

/// <summary>An engine whose device can be lost: from then on every operation fails with the text that the CUDA runtime gives.</summary>
internal sealed class LosableEngine(IEngine engine) : IEngine
{
    private volatile bool _isLost;
    private int _operationsSince;

    public string Name => engine.Name;

    public long BytesInUse => engine.BytesInUse;

    public long PeakBytesInUse => engine.PeakBytesInUse;

    /// <summary>Operations tried on the lost device.</summary>
    public int OperationsSince => Volatile.Read(ref _operationsSince);

    private IEngine Device
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

    public Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) => Device.Upload(values, shape);

    public void Download(Tensor source, Span<float> destination) => Device.Download(source, destination);

    public LinearWeight PackLinear(HostTensor weight, HostTensor? bias) => Device.PackLinear(weight, bias);

    public ConvWeight PackConv(HostTensor weight, HostTensor? bias, int stride, Padding2d padding) => Device.PackConv(weight, bias, stride, padding);

    public NormWeight PackNorm(HostTensor scale, HostTensor shift) => Device.PackNorm(scale, shift);

    public EmbeddingWeight PackEmbedding(HostTensor table) => Device.PackEmbedding(table);

    public Tensor Linear(Tensor x, LinearWeight weight, Activation activation = Activation.None, Tensor? residual = null) => Device.Linear(x, weight, activation, residual);

    public Tensor LinearGeglu(Tensor x, LinearWeight weight) => Device.LinearGeglu(x, weight);

    public Tensor Conv2d(Tensor x, ConvWeight weight, Tensor? shift = null, Tensor? residual = null) => Device.Conv2d(x, weight, shift, residual);

    public Tensor GroupNorm(Tensor x, NormWeight weight, int groups, float epsilon, int imagesPerStatistic, Activation activation = Activation.None) =>
        Device.GroupNorm(x, weight, groups, epsilon, imagesPerStatistic, activation);

    public Tensor LayerNorm(Tensor x, NormWeight weight, float epsilon) => Device.LayerNorm(x, weight, epsilon);

    public Tensor Activate(Tensor x, Activation activation) => Device.Activate(x, activation);

    public Tensor Combine(Tensor a, float alpha, Tensor b, float beta) => Device.Combine(a, alpha, b, beta);

    public Tensor Affine(Tensor x, float scale, float offset = 0) => Device.Affine(x, scale, offset);

    public Tensor Blend(Tensor mask, Tensor a, Tensor b) => Device.Blend(mask, a, b);

    public Tensor ConcatChannels(Tensor a, Tensor b) => Device.ConcatChannels(a, b);

    public Tensor ConcatBatch(params ReadOnlySpan<Tensor> parts) => Device.ConcatBatch(parts);

    public Tensor UpsampleNearest2x(Tensor x) => Device.UpsampleNearest2x(x);

    public Tensor Embed(EmbeddingWeight table, ReadOnlySpan<int> ids) => Device.Embed(table, ids);

    public Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, float scale, bool causal = false) => Device.Attention(q, k, v, heads, scale, causal);

    public Tensor LayoutAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, LayoutModulation modulation) =>
        Device.LayoutAttention(q, k, v, heads, scale, modulation);

    public Tensor SelectedAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, KeySelection selection) =>
        Device.SelectedAttention(q, k, v, heads, scale, selection);

    public Tensor DiagonalAttentionProbabilities(Tensor q, Tensor k, int heads, float scale, int frames) =>
        Device.DiagonalAttentionProbabilities(q, k, heads, scale, frames);

    public Tensor AttentionScores(Tensor q, Tensor k, int heads, float scale) => Device.AttentionScores(q, k, heads, scale);

    public bool AllFinite(Tensor x) => Device.AllFinite(x);

    public void Dispose() => engine.Dispose();
}
