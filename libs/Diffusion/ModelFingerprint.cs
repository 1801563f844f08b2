using System.IO.Hashing;
using System.Text;
using VideoGrain.Diffusion.Safetensors;

namespace VideoGrain.Diffusion;

/// <summary>Collects a hash over everything that determines what a model computes.</summary>
internal sealed class ModelFingerprint
{
    private readonly XxHash128 _hash = new();

    /// <summary>Adds a small file, where it exists.</summary>
    /// <param name="label">What the file is, independent of where it lies.</param>
    /// <param name="path">The file.</param>
    public void AddFile(string label, string path)
    {
        if (!File.Exists(path)) return;
        _hash.Append(Encoding.UTF8.GetBytes(label));
        _hash.Append(File.ReadAllBytes(path));
    }

    /// <summary>Adds a file of weights.</summary>
    public void Add(string label, SafetensorsFile file)
    {
        _hash.Append(Encoding.UTF8.GetBytes(label));
        file.AppendTo(_hash);
    }

    /// <summary>The hash so far, as 32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_hash.GetCurrentHash());
}
