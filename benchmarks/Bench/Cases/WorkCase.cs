namespace VideoGrain.Bench.Cases;

/// <summary>One piece of work that both programs do, as it is sent to them.</summary>
internal sealed record WorkCase
{
    /// <summary>What tables call it.</summary>
    public required string Name { get; init; }

    /// <summary>Which work: linear, geglu, conv, attention, layout, unet, text, encode, decode, edit.</summary>
    public required string Kind { get; init; }

    /// <summary>Sizes by name.</summary>
    public Dictionary<string, int> Sizes { get; init; } = [];

    /// <summary>plain, or published: with ST-Layout attention, and on PyTorch's side the extra work of the released program.</summary>
    public string Variant { get; init; } = Variants.Plain;

    /// <summary>Model folder, for work on whole networks.</summary>
    public string? Folder { get; init; }

    /// <summary>File of fp32 inputs, one after the other, for work on whole networks.</summary>
    public string? Input { get; init; }

    /// <summary>Floating-point operations that count, two per multiply-add of the definition; 0 where it is not a single kernel.</summary>
    public double Operations { get; init; }

    /// <summary>A size.</summary>
    public int this[string size] => Sizes[size];
}
