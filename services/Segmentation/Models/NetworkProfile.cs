namespace VideoGrain.Segmentation.Models;

/// <summary>One ONNX file of a model, and the names of its tensors.</summary>
internal sealed record NetworkProfile
{
    /// <summary>ONNX file, relative to the profile, within its folder.</summary>
    public required string File { get; init; }

    /// <summary>How it takes a frame; null for a network that takes no picture.</summary>
    public InputProfile? Input { get; init; }

    /// <summary>Further input tensors by role; a decoder names the roles that it feeds.</summary>
    public Dictionary<string, string> Inputs { get; init; } = [];

    /// <summary>Output tensors by role; a decoder names the roles that it reads.</summary>
    public Dictionary<string, string> Outputs { get; init; } = [];
}
