namespace VideoGrain.Tensors.Tests.Conformance;

/// <summary>Wrong arguments are refused by name, on every engine, and nothing is left behind.</summary>
public sealed class ArgumentTests
{
    public static TheoryData<string, string> Mistakes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var row in Engines.Names)
            {
                foreach (var mistake in Cases.Keys) data.Add(row.Data, mistake);
            }

            return data;
        }
    }

    private static Dictionary<string, (string Argument, Action<IEngine> Call)> Cases { get; } = new()
    {
        ["upload: too few values"] = ("values", e => e.Upload(new float[3], 2, 2)),
        ["upload: negative size"] = ("shape", e => e.Upload([], -1)),
        ["upload: product overflows"] = ("shape", e => e.Upload([], 0, int.MaxValue, int.MaxValue, int.MaxValue)),
        ["download: wrong length"] = ("destination", e => e.Download(T(e, 2, 2), new float[3])),
        ["pack linear: wrong rank"] = ("weight", e => e.PackLinear(H(2, 2, 2), null)),
        ["pack linear: no inputs"] = ("weight", e => e.PackLinear(H(2, 0), null)),
        ["pack linear: integers"] = ("weight", e => e.PackLinear(new HostTensor(ElementType.Int32, [1, 1], new byte[4]), null)),
        ["pack linear: bias of another width"] = ("bias", e => e.PackLinear(H(2, 3), H(3))),
        ["pack conv: kernel not square"] = ("weight", e => e.PackConv(H(2, 2, 3, 1), null, 1, default)),
        ["pack conv: no kernel"] = ("weight", e => e.PackConv(H(2, 2, 0, 0), null, 1, default)),
        ["pack norm: shift of another width"] = ("shift", e => e.PackNorm(H(3), H(2))),
        ["pack norm: wrong rank"] = ("scale", e => e.PackNorm(H(3, 1), H(3))),
        ["pack embedding: wrong rank"] = ("table", e => e.PackEmbedding(H(3))),
        ["embed: id too large"] = ("ids", e => e.Embed(e.PackEmbedding(H(3, 2)), [3])),
        ["embed: id negative"] = ("ids", e => e.Embed(e.PackEmbedding(H(3, 2)), [-1])),
        ["linear: wrong width"] = ("x", e => e.Linear(T(e, 4, 2), e.PackLinear(H(2, 3), null))),
        ["linear: residual of another shape"] = ("residual", e => e.Linear(T(e, 4, 3), e.PackLinear(H(2, 3), null), residual: T(e, 4, 3))),
        ["linear: unknown activation"] = ("activation", e => e.Linear(T(e, 4, 3), e.PackLinear(H(2, 3), null), (Activation)17)),
        ["geglu: odd outputs"] = ("weight", e => e.LinearGeglu(T(e, 4, 3), e.PackLinear(H(5, 3), null))),
        ["conv: wrong channels"] = ("x", e => e.Conv2d(T(e, 1, 4, 4, 2), e.PackConv(H(2, 3, 3, 3), null, 1, default))),
        ["conv: image smaller than kernel"] = ("x", e => e.Conv2d(T(e, 1, 2, 4, 3), e.PackConv(H(2, 3, 3, 3), null, 1, default))),
        ["pack conv: stride zero"] = ("stride", e => e.PackConv(H(2, 3, 3, 3), null, 0, default)),
        ["pack conv: negative padding"] = ("padding", e => e.PackConv(H(2, 3, 3, 3), null, 1, new Padding2d(0, -1, 0, 0))),
        ["conv: shift does not divide"] = ("shift", e => e.Conv2d(T(e, 3, 4, 4, 3), e.PackConv(H(2, 3, 3, 3), null, 1, default), T(e, 2, 2))),
        ["conv: residual of another shape"] = ("residual", e => e.Conv2d(T(e, 1, 4, 4, 3), e.PackConv(H(2, 3, 3, 3), null, 1, default), null, T(e, 1, 4, 4, 2))),
        ["group norm: groups do not divide"] = ("groups", e => e.GroupNorm(T(e, 1, 4, 6), N(e, 6), 4, 1e-5f, 1)),
        ["group norm: images do not divide"] = ("imagesPerStatistic", e => e.GroupNorm(T(e, 3, 4, 6), N(e, 6), 2, 1e-5f, 2)),
        ["group norm: epsilon not a number"] = ("epsilon", e => e.GroupNorm(T(e, 1, 4, 6), N(e, 6), 2, float.NaN, 1)),
        ["layer norm: wrong width"] = ("x", e => e.LayerNorm(T(e, 1, 5), N(e, 6), 1e-5f)),
        ["combine: shapes differ"] = ("b", e => e.Combine(T(e, 4, 3), 1, T(e, 3, 3), 1)),
        ["blend: mask of another size"] = ("mask", e => e.Blend(T(e, 1, 2, 2, 3), T(e, 1, 2, 2, 3), T(e, 1, 2, 2, 3))),
        ["blend: b differs"] = ("b", e => e.Blend(T(e, 1, 2, 2, 1), T(e, 1, 2, 2, 3), T(e, 1, 2, 2, 2))),
        ["concat channels: rows differ"] = ("b", e => e.ConcatChannels(T(e, 2, 3), T(e, 3, 3))),
        ["concat batch: nothing"] = ("parts", e => e.ConcatBatch()),
        ["concat batch: widths differ"] = ("parts", e => e.ConcatBatch(T(e, 2, 3), T(e, 2, 4))),
        ["upsample: wrong rank"] = ("x", e => e.UpsampleNearest2x(T(e, 2, 3))),
        ["attention: heads do not divide"] = ("heads", e => e.Attention(T(e, 1, 2, 6), T(e, 1, 2, 6), T(e, 1, 2, 6), 4, 1)),
        ["attention: no heads"] = ("heads", e => e.Attention(T(e, 1, 2, 6), T(e, 1, 2, 6), T(e, 1, 2, 6), 0, 1)),
        ["attention: no keys"] = ("k", e => e.Attention(T(e, 1, 2, 6), T(e, 1, 0, 6), T(e, 1, 0, 6), 2, 1)),
        ["attention: channels differ"] = ("k", e => e.Attention(T(e, 1, 2, 6), T(e, 1, 2, 4), T(e, 1, 2, 4), 2, 1)),
        ["attention: key batch does not divide"] = ("k", e => e.Attention(T(e, 3, 2, 6), T(e, 2, 2, 6), T(e, 2, 2, 6), 2, 1)),
        ["attention: values differ from keys"] = ("v", e => e.Attention(T(e, 1, 2, 6), T(e, 1, 3, 6), T(e, 1, 2, 6), 2, 1)),
        ["attention: scale not finite"] = ("scale", e => e.Attention(T(e, 1, 2, 6), T(e, 1, 2, 6), T(e, 1, 2, 6), 2, float.NaN)),
        ["layout attention: other number of queries"] = (
            "modulation", e => e.LayoutAttention(T(e, 1, 2, 6), T(e, 1, 2, 6), T(e, 1, 2, 6), 2, 1, new LayoutModulation(new ulong[3], new ulong[2], new float[3]))),
        ["layout attention: other number of keys"] = (
            "modulation", e => e.LayoutAttention(T(e, 1, 2, 6), T(e, 1, 2, 6), T(e, 1, 2, 6), 2, 1, new LayoutModulation(new ulong[2], new ulong[3], new float[2]))),
        ["selected attention: index too large"] = ("selection", e => e.SelectedAttention(T(e, 1, 2, 6), T(e, 1, 2, 6), T(e, 1, 2, 6), 2, 1, new KeySelection(2, 1, [0, 2]))),
        ["selected attention: other number of queries"] = ("selection", e => e.SelectedAttention(T(e, 1, 2, 6), T(e, 1, 2, 6), T(e, 1, 2, 6), 2, 1, new KeySelection(1, 1, [0]))),
        ["selected attention: batches differ"] = ("k", e => e.SelectedAttention(T(e, 2, 2, 6), T(e, 1, 2, 6), T(e, 1, 2, 6), 2, 1, new KeySelection(2, 1, [0, 1]))),
        ["diagonal: frames do not divide"] = ("frames", e => e.DiagonalAttentionProbabilities(T(e, 1, 5, 6), T(e, 1, 5, 6), 2, 1, 2)),
        ["diagonal: batch"] = ("q", e => e.DiagonalAttentionProbabilities(T(e, 2, 4, 6), T(e, 2, 4, 6), 2, 1, 2)),
        ["scores: wrong rank"] = ("q", e => e.AttentionScores(T(e, 4, 6), T(e, 1, 4, 6), 2, 1)),
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Operation_WrongArgument_NamesIt(string engine, string mistake)
    {
        using var instance = Engines.Create(engine);
        using (instance.BeginScope())
        {
            var error = Assert.ThrowsAny<ArgumentException>(() => Cases[mistake].Call(instance));
            Assert.Equal(Cases[mistake].Argument, error.ParamName);
        }

        Assert.Equal(0, instance.BytesInUse);
    }

    [Theory]
    [MemberData(nameof(Engines.Names), MemberType = typeof(Engines))]
    public void Operation_EmptyBatch_GivesAnEmptyResult(string name)
    {
        using var e = Engines.Create(name);
        using var scope = e.BeginScope();
        using LinearWeight linear = e.PackLinear(H(4, 6), null);
        using ConvWeight conv = e.PackConv(H(4, 6, 3, 3), H(4), 1, default);
        Tensor image = T(e, 0, 5, 5, 6), tokens = T(e, 0, 7, 6), keys = T(e, 1, 7, 6);
        Assert.Equal([0, 7, 4], e.Linear(tokens, linear).Shape.ToArray());
        Assert.Equal([0, 7, 2], e.LinearGeglu(tokens, linear).Shape.ToArray());
        Assert.Equal([0, 3, 3, 4], e.Conv2d(image, conv).Shape.ToArray());
        Assert.Equal([0, 5, 5, 6], e.GroupNorm(image, N(e, 6), 2, 1e-5f, 1).Shape.ToArray());
        Assert.Equal([0, 7, 6], e.LayerNorm(tokens, N(e, 6), 1e-5f).Shape.ToArray());
        Assert.Equal([0, 5, 5, 6], e.Activate(image, Activation.Silu).Shape.ToArray());
        Assert.Equal([0, 5, 5, 6], e.Combine(image, 1, image, 1).Shape.ToArray());
        Assert.Equal([0, 10, 10, 6], e.UpsampleNearest2x(image).Shape.ToArray());
        Assert.Equal([0, 7, 12], e.ConcatChannels(tokens, tokens).Shape.ToArray());
        Assert.Equal([0, 7, 6], e.ConcatBatch(tokens, tokens).Shape.ToArray());
        Assert.Equal([0, 7, 6], e.Attention(tokens, keys, keys, 2, 1).Shape.ToArray());
        Assert.Equal([1, 0, 6], e.Attention(T(e, 1, 0, 6), keys, keys, 2, 1).Shape.ToArray());
        Assert.Equal([0, 7, 7], e.AttentionScores(tokens, keys, 2, 1).Shape.ToArray());
        Assert.Equal([0, 6], e.Embed(e.PackEmbedding(H(3, 6)), []).Shape.ToArray());
        Assert.True(e.AllFinite(image));
    }

    private static Tensor T(IEngine engine, params int[] shape) => engine.Upload(new float[shape.Aggregate(1, (a, b) => a * b)], shape);

    private static HostTensor H(params int[] shape) => Numbers.Host(new float[shape.Aggregate(1, (a, b) => a * b)], shape);

    private static NormWeight N(IEngine engine, int channels) => engine.PackNorm(H(channels), H(channels));
}
