namespace VideoGrain.Segmentation.Models;

/// <summary>A model as its <c>profile.yaml</c> describes it; docs/models.md explains every key.</summary>
internal sealed record ModelProfile
{
    /// <summary>Name that requests use.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>How its outputs are read, such as <c>semantic_logits</c>.</summary>
    public required string Decoder { get; init; }

    /// <summary>ONNX file, relative to the profile, within its folder.</summary>
    public required string File { get; init; }

    /// <summary>How it takes a frame.</summary>
    public required InputProfile Input { get; init; }

    /// <summary>Output tensors by role; a decoder names the roles that it needs.</summary>
    public Dictionary<string, string> Outputs { get; init; } = [];

    /// <summary>Classes in the order of the outputs.</summary>
    public List<string> Classes { get; init; } = [];

    /// <summary>Class that is no object; empty when there is none.</summary>
    public string BackgroundClass { get; init; } = "";

    /// <summary>Least score of a detection, 0 to 1.</summary>
    public double ScoreThreshold { get; init; } = 0.5;

    /// <summary>Least area of a detection as a fraction of the frame, 0 to 1.</summary>
    public double MinArea { get; init; } = 0.005;

    /// <summary>Radius of the morphological clean-up in pixels of the clip, 0 to 32.</summary>
    public int CleanUpRadius { get; init; } = 1;

    /// <summary>Whether requests without a model name get this model.</summary>
    public bool Default { get; init; }

    /// <summary>Licence of the model, an SPDX identifier where there is one.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the model comes from.</summary>
    public required string Source { get; init; }
}
