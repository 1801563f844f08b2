namespace VideoGrain.Segmentation.Models;

/// <summary>What a decoder needs of a network.</summary>
/// <param name="Outputs">Roles of the outputs that it reads.</param>
/// <param name="TakesPicture">Whether the network takes a frame.</param>
/// <param name="TakesNext">Whether it takes the next frame too.</param>
internal sealed record NetworkRoles(IReadOnlyList<string> Outputs, bool TakesPicture = true, bool TakesNext = false)
{
    /// <summary>Roles of the inputs besides the picture that it feeds.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Roles of inputs that it feeds where a network has them.</summary>
    public IReadOnlyList<string> OptionalInputs { get; init; } = [];

    /// <summary>Whether what several windows of a frame show can be put together.</summary>
    public bool TakesWindows { get; init; }
}
