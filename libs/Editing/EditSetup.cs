using VideoGrain.Tensors;

namespace VideoGrain.Editing;

/// <summary>What an edit can be prepared from before there are latents.</summary>
public sealed record EditSetup
{
    /// <summary>The whole edit prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>The regions, 1..64, each with its phrase.</summary>
    public required IReadOnlyList<RegionPrompt> Regions { get; init; }

    /// <summary>Options.</summary>
    public EditOptions Options { get; init; } = new();

    /// <summary>Frames of the clip.</summary>
    public required int Frames { get; init; }

    /// <summary>Latent rows.</summary>
    public required int Height { get; init; }

    /// <summary>Latent columns.</summary>
    public required int Width { get; init; }

    /// <summary>Control map, see <see cref="EditRequest.Control"/>.</summary>
    public RgbClip? Control { get; init; }

    /// <summary>Optical flow, see <see cref="EditRequest.Flow"/>.</summary>
    public FlowField? Flow { get; init; }

    /// <summary>Trajectories, see <see cref="EditRequest.FlowTables"/>.</summary>
    public Func<int, KeySelection>? FlowTables { get; init; }

    /// <summary>Where the edit shows, see <see cref="EditRequest.BlendMask"/>.</summary>
    public LayoutMask? BlendMask { get; init; }
}
