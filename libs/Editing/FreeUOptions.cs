namespace VideoGrain.Editing;

/// <summary>FreeU: scaling of backbone and skip features in the first two stages of the decoder.</summary>
public sealed record FreeUOptions
{
    /// <summary>Largest factor accepted; beyond it pictures only saturate.</summary>
    public const float MaxFactor = 4;

    /// <summary>Backbone factor of the first stage, [0, 4]; 1 changes nothing.</summary>
    public float B1 { get; init; } = 1.2f;

    /// <summary>Backbone factor of the second stage, [0, 4].</summary>
    public float B2 { get; init; } = 1.5f;

    /// <summary>Low-frequency factor of the first stage's skip features, [0, 4].</summary>
    public float S1 { get; init; } = 1;

    /// <summary>Low-frequency factor of the second stage's skip features, [0, 4].</summary>
    public float S2 { get; init; } = 1;

    /// <summary>
    /// Backbone width that marks the first stage. Null takes the model's widest level; the released program knows only 1280.
    /// Half of these channels are scaled.
    /// </summary>
    public int? Stage1Channels { get; init; }

    /// <summary>Backbone width that marks the second stage. Null takes the model's second widest level; the released program knows only 640.</summary>
    public int? Stage2Channels { get; init; }
}
