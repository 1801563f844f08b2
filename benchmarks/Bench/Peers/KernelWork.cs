using System.Runtime.InteropServices;
using VideoGrain.Bench.Cases;
using VideoGrain.Tensors;

namespace VideoGrain.Bench.Peers;

/// <summary>One kernel on random values.</summary>
internal sealed class KernelWork : EngineWork
{
    // Layouts need rows; these are as long as the finest level of 512 x 512 pixels.
    private const int LayoutWidth = 64;

    private readonly Func<IEngine, Tensor> _call;

    public KernelWork(IEngine engine, WorkCase work)
        : base(engine)
    {
        _call = work.Kind switch
        {
            "linear" => Linear(work["rows"], work["inputs"], work["outputs"]),
            "geglu" => Geglu(work["rows"], work["inputs"], work["outputs"]),
            "conv" => Conv(work["images"], work["side"], work["channels"]),
            "attention" => Attention(work, null),
            "layout" => Attention(work, RegionRule.Self(work["queries"], LayoutWidth)),
            _ => throw new ArgumentException($"unknown kernel {work.Kind}"),
        };
    }

    protected override Tensor Compute(IEngine engine) => _call(engine);

    private Func<IEngine, Tensor> Linear(int rows, int inputs, int outputs)
    {
        var x = Random(rows, inputs);
        var weight = Engine.PackLinear(Host(outputs, inputs), Host(outputs));
        return engine => engine.Linear(x, weight);
    }

    private Func<IEngine, Tensor> Geglu(int rows, int inputs, int outputs)
    {
        var x = Random(rows, inputs);
        var weight = Engine.PackLinear(Host(2 * outputs, inputs), Host(2 * outputs));
        return engine => engine.LinearGeglu(x, weight);
    }

    private Func<IEngine, Tensor> Conv(int images, int side, int channels)
    {
        var x = Random(images, side, side, channels);
        var weight = Engine.PackConv(Host(channels, channels, 3, 3), Host(channels), 1, Padding2d.Symmetric(1));
        return engine => engine.Conv2d(x, weight);
    }

    private Func<IEngine, Tensor> Attention(WorkCase work, LayoutModulation? modulation)
    {
        var (heads, size) = (work["heads"], work["size"]);
        var scale = 1 / MathF.Sqrt(size);
        Tensor q = Random(1, work["queries"], heads * size), k = Random(1, work["keys"], heads * size), v = Random(1, work["keys"], heads * size);
        return modulation is null
            ? engine => engine.Attention(q, k, v, heads, scale)
            : engine => engine.LayoutAttention(q, k, v, heads, scale, modulation);
    }

    private Tensor Random(params int[] shape) => Engine.Upload(Values(shape), shape);

    private static HostTensor Host(params int[] shape) => new(ElementType.Float32, shape, MemoryMarshal.AsBytes<float>(Values(shape)).ToArray());

    private static float[] Values(int[] shape)
    {
        var random = new Random(shape.Length);
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++) values[i] = (random.NextSingle() * 2) - 1;
        return values;
    }
}
