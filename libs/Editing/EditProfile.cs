namespace VideoGrain.Editing;

/// <summary>A named set of option values; see <see cref="EditOptions.ForProfile"/>.</summary>
public enum EditProfile
{
    /// <summary>What a user should get: the method as the paper describes it, without the released program's defects.</summary>
    Corrected,

    /// <summary>The released program number by number, defects included.</summary>
    Published,
}
