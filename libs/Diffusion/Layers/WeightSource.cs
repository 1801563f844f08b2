using VideoGrain.Diffusion.Safetensors;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>
/// Hands a model's layers their weights by parameter name. Each is checked against the shape that the configuration implies, and
/// <see cref="Finish"/> fails when the file holds a tensor that no layer asked for: a model is either understood whole or refused.
/// </summary>
internal sealed class WeightSource
{
    private const int MostNamed = 8;

    // Stable Diffusion's kernels are 3x3 throughout; the 1x1 ones are matrices.
    private const int KernelSize = 3;

    private readonly SafetensorsFile _file;
    private readonly WeightStore _store;
    private readonly HashSet<string> _used;
    private readonly bool _packs;

    public WeightSource(SafetensorsFile file, IEngine engine, WeightStore store)
        : this(file, engine, store, new HashSet<string>(StringComparer.Ordinal), "", packs: true)
    {
    }

    private WeightSource(SafetensorsFile file, IEngine engine, WeightStore store, HashSet<string> used, string prefix, bool packs)
    {
        _file = file;
        Engine = engine;
        _store = store;
        _used = used;
        Prefix = prefix;
        _packs = packs;
    }

    public IEngine Engine { get; }

    /// <summary>Name of the layer this source stands at; empty at the root.</summary>
    public string Prefix { get; }

    /// <summary>The same source one layer deeper.</summary>
    public WeightSource At(string name) => new(_file, Engine, _store, _used, Full(name), _packs);

    /// <summary>The same source for layers that are built only to check what they would hold: they get null for every weight.</summary>
    public WeightSource CheckOnly() => new(_file, Engine, _store, _used, Prefix, packs: false);

    public bool Has(string name) => _file.Contains(Full(name));

    /// <summary>Full name of a parameter or layer below this one.</summary>
    public string Full(string name) => Prefix.Length == 0 ? name : $"{Prefix}.{name}";

    /// <summary>A matrix or 1x1 kernel; the layer is <paramref name="name"/>, or this source's own layer when it is empty.</summary>
    public LinearWeight Linear(string name, int inputs, int outputs, bool bias = true)
    {
        var weight = Take($"{Dotted(name)}weight", [outputs, inputs], [outputs, inputs, 1, 1]);
        var shift = bias ? Take($"{Dotted(name)}bias", [outputs]) : null;
        return Pack(weight, engine => engine.PackLinear(weight, shift));
    }

    /// <summary>Output rows [start, start + count) of a 1x1 kernel, as a weight of their own.</summary>
    public LinearWeight LinearRows(string name, int inputs, int outputs, int start, int count)
    {
        var weight = Rows(Take($"{Dotted(name)}weight", [outputs, inputs], [outputs, inputs, 1, 1]), start, count);
        var bias = Rows(Take($"{Dotted(name)}bias", [outputs]), start, count);
        return Pack(weight, engine => engine.PackLinear(weight, bias));
    }

    /// <summary>A 3x3 kernel that keeps the size of its images.</summary>
    public ConvWeight Conv(string name, int inputs, int outputs) => Conv(name, inputs, outputs, 1, Padding2d.Symmetric(1));

    /// <summary>A 3x3 kernel that halves its images.</summary>
    public ConvWeight HalvingConv(string name, int inputs, int outputs, Padding2d padding) => Conv(name, inputs, outputs, 2, padding);

    /// <summary>A kernel as large as its stride, without bias: a matrix over patches of [inputs, patch, patch].</summary>
    public LinearWeight Patches(string name, int inputs, int outputs, int patch)
    {
        var kernel = Take($"{Dotted(name)}weight", [outputs, inputs, patch, patch]);
        return Pack(kernel, engine => engine.PackLinear(new HostTensor(kernel.Type, [outputs, inputs * patch * patch], kernel.Data), null));
    }

    /// <summary>A parameter that is one vector, as a table of one row.</summary>
    public EmbeddingWeight Vector(string name, int width)
    {
        var vector = Take(name, [width]);
        return Pack(vector, engine => engine.PackEmbedding(new HostTensor(vector.Type, [1, width], vector.Data)));
    }

    public NormWeight Norm(string name, int channels)
    {
        var scale = Take($"{Dotted(name)}weight", [channels]);
        var shift = Take($"{Dotted(name)}bias", [channels]);
        return Pack(scale, engine => engine.PackNorm(scale, shift));
    }

    public EmbeddingWeight Embedding(string name, int rows, int width)
    {
        var table = Take($"{Dotted(name)}weight", [rows, width]);
        return Pack(table, engine => engine.PackEmbedding(table));
    }

    /// <summary>Fails when the file holds tensors that were not taken.</summary>
    /// <param name="ignored">Whether a tensor may be left over, such as a buffer of indices.</param>
    public void Finish(Func<string, bool>? ignored = null)
    {
        var left = _file.Names.Where(name => !_used.Contains(name) && ignored?.Invoke(name) != true).Order(StringComparer.Ordinal).ToArray();
        if (left.Length == 0) return;
        var more = left.Length > 1 ? $" (and {left.Length - 1} more: {string.Join(", ", left.Skip(1).Take(MostNamed).Select(ModelFormatException.Printable))})" : "";
        throw new ModelFormatException(_file.Path, left[0], $"is not part of the model that config.json describes{more}");
    }

    private ConvWeight Conv(string name, int inputs, int outputs, int stride, Padding2d padding)
    {
        var weight = Take($"{Dotted(name)}weight", [outputs, inputs, KernelSize, KernelSize]);
        var bias = Take($"{Dotted(name)}bias", [outputs]);
        return Pack(weight, engine => engine.PackConv(weight, bias, stride, padding));
    }

    private static HostTensor Rows(HostTensor tensor, int start, int count)
    {
        var shape = tensor.Shape.ToArray();
        var rowBytes = tensor.Data.Length / shape[0];
        shape[0] = count;
        return new HostTensor(tensor.Type, shape, tensor.Data.Slice(start * rowBytes, count * rowBytes));
    }

    private static string Dotted(string name) => name.Length == 0 ? "" : name + ".";

    private T Pack<T>(HostTensor source, Func<IEngine, T> pack)
        where T : class, IDisposable => _packs ? _store.Add(pack(Engine), source.Data.Length) : null!;

    private HostTensor Take(string name, int[] shape, int[]? alternative = null)
    {
        var full = Full(name);
        var tensor = _file.Get(full);
        if (tensor.Type is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16))
            throw new ModelFormatException(_file.Path, full, $"holds {tensor.Type}, weights must be fp32, fp16 or bf16");
        if (!tensor.Shape.SequenceEqual(shape) && (alternative is null || !tensor.Shape.SequenceEqual(alternative)))
        {
            throw new ModelFormatException(
                _file.Path, full,
                $"has shape [{string.Join(", ", tensor.Shape.ToArray())}], config.json implies [{string.Join(", ", shape)}]");
        }

        _used.Add(full);
        return tensor;
    }
}
