namespace VideoGrain.Segmentation.Models;

/// <summary>A model as its <c>profile.yaml</c> describes it; docs/models.md explains every key.</summary>
internal sealed record ModelProfile
{
    /// <summary>Name of the network of a model with one file.</summary>
    public const string OnlyNetwork = "model";

    /// <summary>Name that requests use.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>How its outputs are read, such as <c>semantic_logits</c>.</summary>
    public required string Decoder { get; init; }

    /// <summary>ONNX file of a model with one file; with <see cref="Input"/> and <see cref="Outputs"/> short for one network.</summary>
    public string File { get; init; } = "";

    /// <summary>How the only network takes a frame.</summary>
    public InputProfile? Input { get; init; }

    /// <summary>Output tensors of the only network by role.</summary>
    public Dictionary<string, string> Outputs { get; init; } = [];

    /// <summary>Networks by name; a decoder names those that it needs.</summary>
    public Dictionary<string, NetworkProfile> Networks { get; init; } = [];

    /// <summary>Classes in the order of the outputs.</summary>
    public List<string> Classes { get; init; } = [];

    /// <summary>Class that is no object; empty when there is none.</summary>
    public string BackgroundClass { get; init; } = "";

    /// <summary>Classes that are parts of the object that they lie in or touch, such as hats and eyes.</summary>
    public List<string> Parts { get; init; } = [];

    /// <summary>Least score of a detection, 0 to 1.</summary>
    public double ScoreThreshold { get; init; } = 0.5;

    /// <summary>Least area of a detection as a fraction of the frame, 0 to 1.</summary>
    public double MinArea { get; init; } = 0.005;

    /// <summary>Least area of a part as a fraction of its object, 0 to 1.</summary>
    public double MinPartArea { get; init; } = 0.01;

    /// <summary>Radius of the morphological clean-up in pixels of the clip, 0 to 32.</summary>
    public int CleanUpRadius { get; init; } = 1;

    /// <summary>Whether requests without a model name get this model.</summary>
    public bool Default { get; init; }

    /// <summary>Licence of the model, an SPDX identifier where there is one.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the model comes from.</summary>
    public required string Source { get; init; }

    /// <summary>Classes of objects, the background left out.</summary>
    public IReadOnlyList<string> ObjectClasses => [.. Classes.Where(c => c != BackgroundClass)];
}
