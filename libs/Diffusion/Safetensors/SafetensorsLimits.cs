namespace VideoGrain.Diffusion.Safetensors;

/// <summary>Bounds that a safetensors file must keep before anything is allocated for it.</summary>
public static class SafetensorsLimits
{
    /// <summary>Largest header, in bytes; that of a Stable Diffusion 1.x UNet has about 90 thousand.</summary>
    public const int HeaderBytes = 16 * 1024 * 1024;

    /// <summary>Most tensors in one file.</summary>
    public const int Tensors = 65536;

    /// <summary>Longest tensor name, in characters.</summary>
    public const int NameLength = 512;

    /// <summary>Most dimensions of a tensor.</summary>
    public const int Rank = 8;

    /// <summary>Deepest nesting of the header's JSON: the file, a tensor, its shape.</summary>
    public const int JsonDepth = 3;
}
