namespace VideoGrain.Tensors;

/// <summary>
/// The engine port: the operations diffusion inference needs, coarse where fusing pays. Model code is written once against it.
/// An engine and its tensors are used by one thread at a time; packed weights may be shared by engines of the same kind.
/// Every operation returns a new tensor in the current scope, checks shapes, and throws <see cref="ArgumentException"/>
/// naming the argument that is wrong.
/// </summary>
public interface IEngine : IDisposable
{
    /// <summary>Name for logs and capabilities, such as "cpu-avx512".</summary>
    string Name { get; }

    /// <summary>What it computes on, in words, such as "16 threads" or "cuda:0".</summary>
    string Device { get; }

    /// <summary>Bytes of activations alive now.</summary>
    long BytesInUse { get; }

    /// <summary>Most bytes of activations alive at once since the engine was made.</summary>
    long PeakBytesInUse { get; }

    /// <summary>Opens a scope: tensors created until it is disposed end with it, unless <see cref="IEngineScope.Keep"/> hands them out.</summary>
    IEngineScope BeginScope();

    /// <summary>Copies values into a new tensor.</summary>
    Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape);

    /// <summary>Copies a tensor's values out as fp32, row-major.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    void Download(Tensor source, Span<float> destination);

    /// <summary>Packs a matrix [outputs, inputs] or a 1x1 kernel [outputs, inputs, 1, 1], and its bias [outputs].</summary>
    LinearWeight PackLinear(HostTensor weight, HostTensor? bias);

    /// <summary>
    /// Packs a kernel [outputs, inputs, k, k] and its bias [outputs] for one use: how far its windows move and what is padded decides how an
    /// engine computes it.
    /// </summary>
    /// <param name="weight">The kernel.</param>
    /// <param name="bias">Its bias; null for none.</param>
    /// <param name="stride">Pixels between neighbouring windows, 1 or more.</param>
    /// <param name="padding">Zero pixels around the image, none negative.</param>
    ConvWeight PackConv(HostTensor weight, HostTensor? bias, int stride, Padding2d padding);

    /// <summary>Takes a normalisation layer's scale [channels] and shift [channels].</summary>
    NormWeight PackNorm(HostTensor scale, HostTensor shift);

    /// <summary>Takes a lookup table [rows, width].</summary>
    EmbeddingWeight PackEmbedding(HostTensor table);

    /// <summary>y = activation(x W^T + bias) + residual. x is [..., inputs], y and residual are [..., outputs].</summary>
    Tensor Linear(Tensor x, LinearWeight weight, Activation activation = Activation.None, Tensor? residual = null);

    /// <summary>GEGLU: the product of the first half of x W^T + bias and the exact GELU of its second half. x [..., inputs] -> [..., outputs / 2].</summary>
    Tensor LinearGeglu(Tensor x, LinearWeight weight);

    /// <summary>
    /// Convolution of images [n, h, w, inputs] -> [n, oh, ow, outputs], plus <paramref name="shift"/> [m, outputs] (image i takes row i / (n / m);
    /// the timestep embedding), plus <paramref name="residual"/> [n, oh, ow, outputs].
    /// </summary>
    Tensor Conv2d(Tensor x, ConvWeight weight, Tensor? shift = null, Tensor? residual = null);

    /// <summary>
    /// Group normalisation of [n, h, w, channels] (or [n, tokens, channels]). Statistics are shared by runs of <paramref name="imagesPerStatistic"/>
    /// consecutive images: 1 for a per-image norm, the frame count for one that spans a clip.
    /// </summary>
    Tensor GroupNorm(Tensor x, NormWeight weight, int groups, float epsilon, int imagesPerStatistic, Activation activation = Activation.None);

    /// <summary>Normalisation over the last dimension.</summary>
    Tensor LayerNorm(Tensor x, NormWeight weight, float epsilon);

    /// <summary>Applies a non-linearity to every element.</summary>
    Tensor Activate(Tensor x, Activation activation);

    /// <summary>alpha * a + beta * b, element by element; shapes are equal, or b's first dimension divides a's and b repeats.</summary>
    Tensor Combine(Tensor a, float alpha, Tensor b, float beta);

    /// <summary>scale * x + offset.</summary>
    Tensor Affine(Tensor x, float scale, float offset = 0);

    /// <summary>mask * a + (1 - mask) * b. mask is [n, h, w, 1], a and b [n, h, w, c].</summary>
    Tensor Blend(Tensor mask, Tensor a, Tensor b);

    /// <summary>Concatenates along the last dimension; all others are equal.</summary>
    Tensor ConcatChannels(Tensor a, Tensor b);

    /// <summary>Concatenates along the first dimension; all others are equal.</summary>
    Tensor ConcatBatch(params ReadOnlySpan<Tensor> parts);

    /// <summary>Doubles height and width of [n, h, w, c] by repeating pixels.</summary>
    Tensor UpsampleNearest2x(Tensor x);

    /// <summary>Rows of a table: [ids.Length, width].</summary>
    Tensor Embed(EmbeddingWeight table, ReadOnlySpan<int> ids);

    /// <summary>
    /// Multi-head softmax(scale q k^T) v without the score matrix. q [b, n, c], k and v [bk, m, c]; bk divides b and batch entry i
    /// takes keys i / (b / bk). Heads split c evenly.
    /// </summary>
    /// <param name="q">Queries.</param>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="heads">Number of heads; divides c.</param>
    /// <param name="scale">Factor on the scores.</param>
    /// <param name="causal">Query i sees keys 0..i only.</param>
    Tensor Attention(Tensor q, Tensor k, Tensor v, int heads, float scale, bool causal = false);

    /// <summary>ST-Layout attention: <see cref="Attention"/> with modulated scores, exact, memory linear in tokens. The modulation holds for every batch entry.</summary>
    Tensor LayoutAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, LayoutModulation modulation);

    /// <summary>Attention of each query to its listed keys only. q [b, n, c], k and v [b, m, c].</summary>
    Tensor SelectedAttention(Tensor q, Tensor k, Tensor v, int heads, float scale, KeySelection selection);

    /// <summary>
    /// What clustering records of a self-attention: for each of <paramref name="frames"/> equal runs of tokens, the block of probabilities of that
    /// run's queries on its own keys (softmax over all keys, so rows sum to less than 1), mean over heads. q, k [1, f n, c] -> [f, n, n].
    /// </summary>
    Tensor DiagonalAttentionProbabilities(Tensor q, Tensor k, int heads, float scale, int frames);

    /// <summary>Scaled scores before softmax, mean over heads. q [b, n, c], k [bk, m, c] -> [b, n, m].</summary>
    Tensor AttentionScores(Tensor q, Tensor k, int heads, float scale);

    /// <summary>True when no element is infinite or not a number.</summary>
    bool AllFinite(Tensor x);
}
