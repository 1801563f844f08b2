namespace VideoGrain.Diffusion.Safetensors;

/// <summary>A safetensors file that breaks the format or a limit.</summary>
public sealed class SafetensorsException : ModelFormatException
{
    /// <summary>Describes one fault.</summary>
    /// <param name="fault">Kind of fault.</param>
    /// <param name="path">File at fault.</param>
    /// <param name="tensor">Tensor at fault; null when the file as a whole is.</param>
    /// <param name="problem">What is wrong and which limit it breaks.</param>
    /// <param name="inner">What the file system or the JSON parser reported, if anything.</param>
    public SafetensorsException(SafetensorsFault fault, string path, string? tensor, string problem, Exception? inner = null)
        : base(path, tensor, problem, inner) => Fault = fault;

    /// <summary>Kind of fault.</summary>
    public SafetensorsFault Fault { get; }
}
