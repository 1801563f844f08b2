using System.Runtime.InteropServices;
using System.Text.Json;
using VideoGrain.Diffusion.Safetensors;
using VideoGrain.Tensors;

namespace VideoGrain.Golden;

/// <summary>One case folder: case.json and tensors.safetensors.</summary>
public sealed class GoldenCase : IDisposable
{
    private readonly SafetensorsFile? _tensors;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    private GoldenCase(string folder)
    {
        Folder = folder;
        Name = Path.GetFileName(folder);
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, CaseFile)));
        Json = document.RootElement.Clone();
        var tensors = Path.Combine(folder, "tensors.safetensors");
        if (File.Exists(tensors)) _tensors = SafetensorsFile.Open(tensors);
    }

    /// <summary>Fields that any case may have.</summary>
    public static IReadOnlyCollection<string> CommonFields { get; } =
        ["name", "checks", "note", "tolerance", "tensors", "model", "latent_h", "latent_w", "frames", "heads", "reference_seconds"];

    /// <summary>File that makes a folder a case.</summary>
    public const string CaseFile = "case.json";

    public string Folder { get; }

    public string Name { get; }

    /// <summary>Leading letters of the name: "j" for "j2b_edit".</summary>
    public string Group => string.Concat(Name.TakeWhile(char.IsAsciiLetter));

    /// <summary>The whole case.json.</summary>
    public JsonElement Json { get; }

    public int Frames => Json.GetProperty("frames").GetInt32();

    public int LatentHeight => Json.GetProperty("latent_h").GetInt32();

    public int LatentWidth => Json.GetProperty("latent_w").GetInt32();

    /// <summary>The case's own tolerance, where it is given as atol and rtol.</summary>
    public Tolerance Tolerance => Tolerance.Parse(Json.GetProperty("tolerance"));

    public IEnumerable<string> TensorNames => _tensors?.Names ?? [];

    public static GoldenCase Open(string folder) => new(folder);

    /// <summary>Another case beside this one, for cases that share data.</summary>
    public GoldenCase OpenSibling(string name) => new(Path.Combine(Path.GetDirectoryName(Folder)!, name));

    /// <summary>The model folder that the case names: models/NAME in the nearest folder above that has it.</summary>
    public string FindModel()
    {
        var name = Json.GetProperty("model").GetString()!;
        for (var folder = Path.GetDirectoryName(Folder); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var model = Path.Combine(folder, "models", name);
            if (Directory.Exists(model)) return model;
        }

        throw new DirectoryNotFoundException($"case {Name} needs models/{name} in a folder above {Folder}");
    }

    public bool Has(string tensor) => _tensors?.Contains(tensor) == true;

    public int[] Shape(string tensor) => Read(tensor).Shape.ToArray();

    public float[] Floats(string tensor) => Typed<float>(tensor, ElementType.Float32);

    public long[] Longs(string tensor) => Typed<long>(tensor, ElementType.Int64);

    public int[] Ints(string tensor) => [.. Longs(tensor).Select(value => checked((int)value))];

    public byte[] Bytes(string tensor) => Typed<byte>(tensor, ElementType.UInt8);

    /// <summary>Declares tensors that this runner has no use for; say why beside the call.</summary>
    public void Skip(Func<string, bool> tensors)
    {
        foreach (var name in TensorNames.Where(tensors)) _read.Add(name);
    }

    /// <summary>Tensors that were neither read nor skipped.</summary>
    public IReadOnlyList<string> Unread() => [.. TensorNames.Where(name => !_read.Contains(name)).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public void Dispose() => _tensors?.Dispose();

    private T[] Typed<T>(string name, ElementType type)
        where T : struct
    {
        var tensor = Read(name);
        if (tensor.Type != type) throw new InvalidOperationException($"case {Name}: {name} is {tensor.Type}, {type} was expected");
        return MemoryMarshal.Cast<byte, T>(tensor.Data.Span).ToArray();
    }

    private HostTensor Read(string name)
    {
        if (_tensors is null) throw new InvalidOperationException($"case {Name} has no tensors");
        _read.Add(name);
        return _tensors.Get(name);
    }
}
